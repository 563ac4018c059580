import math
from types import SimpleNamespace

import pytest
import torch

from mevis.apis.scoring.track_choice import (
    CONDITIONS,
    NO_WEAR,
    area_under_curve,
    kind_of,
    score_choices,
)


@pytest.mark.parametrize(
    ('scored', 'area'),
    [
        ([(0.9, True), (0.1, False)], 1.0),
        ([(0.1, True), (0.9, False)], 0.0),
        ([(0.5, True), (0.5, False)], 0.5),
        ([(0.9, True), (0.2, True), (0.5, False), (0.1, False)], 0.75),
    ],
)
def test_area_under_the_curve(scored, area):
    assert area_under_curve(scored) == area
    assert math.isnan(area_under_curve([(0.5, True)]))


def test_kinds_follow_from_what_a_motion_needs():
    kinds = {motion: kind_of(motion) for motion in ('rest', 'fast', 'left', 'first left then up')}
    assert list(kinds.values()) == ['multi', 'motion', 'order', 'order']


class Blind:
    """Scores every track alike."""

    def encode_tracks(self, tracks):
        return len(tracks[0])

    def choose(self, count, texts):
        return SimpleNamespace(tracks=torch.full((1, len(texts), count), -1.0))


def test_who_chooses_nothing_is_never_right():
    summary = score_choices(Blind(), NO_WEAR, 6).summary()
    assert summary['right/order'] == 0
    assert 0 < summary['first/order'] < 0.9
    assert summary['auc'] == 0.5
    assert 'clean' in CONDITIONS
    assert len(CONDITIONS) > 10

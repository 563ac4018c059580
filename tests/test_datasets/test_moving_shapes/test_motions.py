"""Names of motions, and what they are backwards."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes.motions import (
    ORDERED_BY_NAME,
    ROAMING_PAIRS,
    about,
    draw_ordered,
    draw_roaming,
    reversed_motion,
)
from mevis.datasets.moving_shapes.phrases import MOTION_PHRASES

ROAMING = sorted({motion for pair in ROAMING_PAIRS.values() for motion in pair})
ORDERED = sorted(motion for kind in ORDERED_BY_NAME.values() for motion in kind.motions)


@pytest.mark.parametrize('motion', ROAMING)
def test_roaming_motions_stay_what_they_are(motion):
    assert reversed_motion(motion) == motion


@pytest.mark.parametrize('motion', ORDERED)
def test_ordered_motions_turn_into_others_and_back(motion):
    assert reversed_motion(motion) != motion
    assert reversed_motion(reversed_motion(motion)) == motion
    assert about(reversed_motion(motion)) == about(motion)


def test_a_turn_backwards():
    assert reversed_motion('first left then up') == 'first down then right'


def test_there_are_words_for_every_motion():
    named = {*ROAMING, *ORDERED, *map(reversed_motion, ORDERED)}
    assert {motion for motion in named if not motion.startswith('first ')} == set(MOTION_PHRASES)


def test_every_motion_has_a_subject_for_tags():
    assert {about(motion) for motion in (*ROAMING, *ORDERED)} == {
        'rest', 'speed', 'stop-and-go', 'zigzag', 'back-and-forth',
        'direction', 'turn', 'orbit', 'size', 'border', 'start', 'acceleration',
    }  # fmt: skip


def test_every_kind_is_drawn_and_exclusions_are_kept():
    rng = np.random.default_rng(0)
    assert {draw_ordered(rng) for _ in range(300)} == set(ORDERED_BY_NAME)
    assert {draw_roaming(rng, None, None) for _ in range(100)} == set(ROAMING_PAIRS)
    for name, kind in ORDERED_BY_NAME.items():
        drawn = {draw_roaming(rng, name, None) for _ in range(100)}
        assert drawn == set(ROAMING_PAIRS) - set(kind.excludes)
    assert 'speed' not in {draw_roaming(rng, None, 'overtake') for _ in range(100)}

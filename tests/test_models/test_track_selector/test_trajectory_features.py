from dataclasses import replace

import pytest
import torch

from mevis.models.track_selector.track_steps import cut_into_steps
from mevis.models.track_selector.trajectory_features import (
    STILL_FEATURES,
    TIME_FEATURES,
    trajectory_features,
)


def features(track, temporal_position=True):
    return trajectory_features(cut_into_steps(track, 8), temporal_position)


def test_the_same_scene_at_another_size_looks_the_same(build):
    small = build.walk((40, 60), (60.0, 10.0))
    large = replace(
        small, boxes=9 * small.boxes, areas=81 * small.areas, size=tuple(9 * s for s in small.size)
    )
    assert torch.allclose(features(small), features(large), atol=1e-4)


def test_the_frame_rate_does_not_matter(build):
    slow, fast = (build.walk((40, 60), (60.0, 10.0), frames) for frames in (80, 800))
    assert (features(slow) - features(fast)).abs().mean() < 0.02


def test_there_are_as_many_as_are_named(build):
    track = build.walk((40, 60), (60.0, 10.0))
    assert features(track).shape == (1, 8, STILL_FEATURES + TIME_FEATURES)
    assert features(track, False).shape == (1, 8, STILL_FEATURES)


def test_without_time_a_track_and_its_reversal_are_one(build):
    there, back = build.walk((40, 60), (60.0, 0.0), 8), build.walk((100, 60), (-60.0, 0.0), 8)
    assert torch.allclose(features(there, False), features(back, False).flip(1), atol=1e-5)
    assert not torch.allclose(features(there), features(back).flip(1), atol=0.1)


@pytest.mark.parametrize('seen', [[], [3], range(12)])
def test_they_are_finite_and_zero_where_nothing_is(build, seen):
    track = build.walk((40, 60), (0.0, 0.0), seen=seen)
    values = features(track)
    assert values.isfinite().all()
    assert not values[~cut_into_steps(track, 8).valid].any()
    assert values.abs().max() < 30

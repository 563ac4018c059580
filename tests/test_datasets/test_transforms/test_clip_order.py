"""Playing a clip backwards."""

import numpy as np
import pytest

from mevis.datasets.instance_dataset import AnnotatedTrack
from mevis.datasets.transforms import RandomReverseClip


@pytest.fixture
def results() -> dict:
    return {
        'frame_names': ['a', 'b', 'c'],
        'frame_paths': ['a.jpg', 'b.jpg', 'c.jpg'],
        'frame_indices': [2, 3, 5],
        'gt_tracks': [AnnotatedTrack(1, 0, ['x', None, 'y'])],
        'rng': np.random.default_rng(0),
    }


def test_everything_by_frame_is_reversed(results: dict):
    back = RandomReverseClip(1.0)(dict(results))
    assert back['frame_names'] == ['c', 'b', 'a']
    assert back['frame_paths'] == ['c.jpg', 'b.jpg', 'a.jpg']
    assert back['frame_indices'] == [5, 3, 2]
    assert back['gt_tracks'][0].rles == ['y', None, 'x']
    assert results['gt_tracks'][0].rles == ['x', None, 'y']


def test_probability(results: dict):
    assert RandomReverseClip(0.0)(dict(results))['frame_names'] == ['a', 'b', 'c']
    count = sum(RandomReverseClip()(dict(results))['frame_names'][0] == 'c' for _ in range(200))
    assert 60 < count < 140


def test_too_late(results: dict):
    with pytest.raises(ValueError, match='before the frames are loaded'):
        RandomReverseClip()({**results, 'frames': []})

"""Counting pixels near a map, by words and by dilation."""

import numpy as np
import pytest

from mevis.evaluation.functional.near_pixels import (
    _count_by_dilation,
    _count_by_words,
    count_near,
    disk,
)


def by_distance(points, others, radius) -> int:
    """All pairs."""
    far = np.argwhere(others)
    near = np.stack(points, 1)[:, None] - far[None]
    return int((np.square(near).sum(-1) <= radius**2).any(1).sum()) if len(far) else 0


# The disks of 24 and 36 need one and two words of 48 columns.
@pytest.mark.parametrize('radius', [0, 1, 2, 7, 18, 23, 24, 36, 60])
@pytest.mark.parametrize('share', [0.0, 0.0005, 0.01])
def test_equals_all_pairs(radius, share):
    rng = np.random.default_rng(radius)
    for size in [(1, 1), (3, 140), (90, 5), (60, 97)]:
        maps = rng.random((2, *size)) < max(share, 0.002)
        points, others = np.nonzero(maps[0]), maps[1] & (share > 0)
        wanted = by_distance(points, others, radius)
        assert _count_by_words(points, others, radius) == wanted
        assert _count_by_dilation(points, others, radius) == wanted
        assert count_near(points, others, radius) == wanted


def test_noise_is_dilated_and_outlines_are_looked_up(monkeypatch):
    used = []
    for name in ('_count_by_dilation', '_count_by_words'):
        path = f'mevis.evaluation.functional.near_pixels.{name}'
        monkeypatch.setattr(path, lambda *args, name=name: used.append(name))
    rng = np.random.default_rng(1)
    for share in (0.5, 0.002):
        count_near(np.nonzero(rng.random((150, 170)) < share), np.zeros((150, 170), bool), 7)
    assert used == ['_count_by_dilation', '_count_by_words']


def test_a_disk_holds_its_axes():
    assert disk(1).tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]

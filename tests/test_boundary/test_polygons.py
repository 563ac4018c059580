"""Outlines become masks, or one line."""

import numpy as np
import pytest

from mevis.boundary.polygons import mask_to_rle
from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle

SIZE = (20, 30)


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[4:10, 5:15] = True
    mask[12:16, 20:28] = True
    return mask


def test_polygons_are_united(mask: np.ndarray):
    polygons = [[5, 4, 15, 4, 15, 10, 5, 10], [20, 12, 28.0, 12, 28, 16, 20, 16]]
    assert (decode_rle([mask_to_rle(polygons, SIZE, 'x')], SIZE)[0] == mask).all()
    assert mask_to_rle([], SIZE, 'x') is None


def test_rles_of_both_forms(mask: np.ndarray):
    rle = encode_rle(mask[None])[0]
    assert mask_to_rle(rle, SIZE, 'x') == rle
    runs, last = [0], False
    for value in mask.T.ravel().tolist():
        if value == last:
            runs[-1] += 1
        else:
            runs.append(1)
            last = value
    assert mask_to_rle({'size': list(SIZE), 'counts': runs}, SIZE, 'x') == rle


@pytest.mark.parametrize(
    ('wrong', 'said'),
    [
        ([[1, 2, 3, 4]], 'at least three points'),
        ([[1, 2, 3, 4, 5, 6, 7]], 'at least three points'),
        ([[1, 2, 3, 4, 5, 'a']], 'no RLE, null or list of polygons'),
        ([5], 'no RLE, null or list of polygons'),
        ([[0, 0, 1e9, 0, 1e9, 9]], 'far outside'),
        ([[0, 0, float('nan'), 0, 1, 9]], 'far outside'),
        (None, 'neither polygons'),
        ({'size': [2, 2], 'counts': [4]}, 'size'),
        ({'size': [20, 30], 'counts': 'a'}, 'do not add up'),
    ],
)
def test_damage_is_named(wrong, said: str):
    with pytest.raises(UserError, match=f'^file: annotation 3: .*{said}'):
        mask_to_rle(wrong, SIZE, 'file: annotation 3')

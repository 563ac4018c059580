"""The runs of an RLE are summed without decoding it."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mevis.structures.rle_length import rle_num_pixels, rles_num_pixels


def encode(mask: np.ndarray) -> bytes:
    return coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))['counts']


def test_equals_the_size_of_any_mask():
    rng = np.random.default_rng(0)
    for index in range(300):
        height, width = rng.integers(1, 60, 2)
        mask = rng.random((height, width)) < rng.random()
        if index % 3 == 0:
            mask[:] = index % 2
        if index % 5 == 0:
            mask = np.kron(mask, np.ones((7, 9)))
        assert rle_num_pixels(encode(mask)) == mask.size


def test_long_runs():
    mask = np.zeros((3000, 4000), bool)
    mask[2000, 3000] = True
    assert rle_num_pixels(encode(mask)) == mask.size


@pytest.mark.parametrize(('cut', 'extra'), [(1, b''), (5, b''), (0, b'11'), (1, b'~'), (1000, b'')])
def test_damage_changes_the_sum(cut: int, extra: bytes):
    mask = np.eye(50, 60)
    counts = encode(mask)
    damaged = counts[: max(0, len(counts) - cut)] + extra
    assert rle_num_pixels(damaged) != mask.size


def test_many_at_once_are_each_alone():
    rng = np.random.default_rng(1)
    counts = [encode(rng.random((30, 40)) < share) for share in (0, 0.01, 0.5, 0.99, 1)]
    counts += [b'', counts[2][:-1], b'~', b'P', b'P' * 20 + b'0', counts[1], b'0']
    alone = [rle_num_pixels(text) for text in counts]
    assert rles_num_pixels(counts).tolist() == alone
    assert alone[:5] == [1200] * 5
    assert alone[5] == alone[7] == alone[8] == alone[9] == -1
    assert len(rles_num_pixels([])) == 0

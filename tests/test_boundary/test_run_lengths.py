"""The runs of an RLE are summed without decoding it."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mevis.boundary.run_lengths import rle_num_pixels, rles_num_pixels


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


def compressed(runs: list[int]) -> bytes:
    """As pycocotools writes runs, which never writes these."""
    text = bytearray()
    for index, run in enumerate(runs):
        rest = run - (runs[index - 2] if index > 2 else 0)
        more = True
        while more:
            group, rest = rest & 31, rest >> 5
            more = rest != (-1 if group & 16 else 0)
            text.append(group + 32 * more + 48)
    return bytes(text)


def test_what_is_written_for_the_tests_is_what_pycocotools_writes():
    mask = np.eye(50, 60)
    runs = [0] + [1, 50] * 49 + [1, 500]
    assert compressed(runs) == encode(mask)


@pytest.mark.parametrize(
    'runs', [[110, -10], [50, 100, -50], [10, -5, 10, 85], [2**36, -(2**36), 100], [2**64 + 100]]
)
def test_runs_below_zero_are_refused_though_their_sum_fits(runs):
    good = encode(np.eye(10))
    assert rles_num_pixels([good, compressed(runs), good]).tolist() == [100, -1, 100]


@pytest.mark.parametrize('runs', [[2**32 + 100], [5, 10], [100, 1]])
def test_other_sums_are_said(runs):
    assert rle_num_pixels(compressed(runs)) == sum(runs)

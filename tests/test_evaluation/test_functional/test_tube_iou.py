"""Overlap in space and time, against pixels."""

import numpy as np
import pytest

from mevis.evaluation.functional.tube_iou import tube_iou
from mevis.structures import InstanceMasks, encode_rle


def tracks(masks: np.ndarray, size: tuple[int, int] = (9, 11)) -> InstanceMasks:
    """Tracks of masks (K, T, h, w); a frame without pixels has no RLE."""
    rles = [
        [rle if seen.any() else None for rle, seen in zip(encode_rle(mask), mask, strict=True)]
        for mask in masks
    ]
    return InstanceMasks(rles, [0.5] * len(rles), [0] * len(rles), size)


def random_masks(count: int, rng: np.random.Generator) -> np.ndarray:
    masks = rng.random((count, 4, 9, 11)) < rng.random((count, 1, 1, 1))
    masks[rng.random((count, 4)) < 0.3] = False
    return masks


def test_equals_the_definition_on_pixels():
    rng = np.random.default_rng(0)
    for _ in range(10):
        a, b = random_masks(4, rng), random_masks(3, rng)
        common = (a[:, None] & b[None]).sum((2, 3, 4))
        either = (a[:, None] | b[None]).sum((2, 3, 4))
        expected = np.where(either > 0, common / np.maximum(either, 1), 0)
        assert np.array_equal(tube_iou(tracks(a), tracks(b)), expected)


def test_by_hand():
    a, b = np.zeros((1, 2, 9, 11), bool), np.zeros((1, 2, 9, 11), bool)
    a[0, 0, :2, :3] = True  # 6 pixels, 4 of them in b
    b[0, 0, :2, 1:4] = True
    b[0, 1, 0, :4] = True  # 4 pixels in a frame without a
    assert tube_iou(tracks(a), tracks(b)).tolist() == [[4 / 12]]


def test_an_empty_rle_is_an_absent_object():
    mask = np.zeros((1, 2, 9, 11), bool)
    mask[0, 0, 0, 0] = True
    explicit = InstanceMasks([encode_rle(mask[0])], [1.0], [0], (9, 11))
    assert tube_iou(explicit, tracks(mask)).tolist() == [[1.0]]
    nothing = InstanceMasks([encode_rle(mask[0] & False)], [1.0], [0], (9, 11))
    assert tube_iou(nothing, nothing).tolist() == [[0.0]]


def test_no_tracks():
    none, some = InstanceMasks([], [], [], (9, 11)), tracks(np.ones((2, 4, 9, 11), bool))
    assert tube_iou(none, some).shape == (0, 2)
    assert tube_iou(some, none).shape == (2, 0)
    assert tube_iou(none, none).shape == (0, 0)


def test_what_cannot_be_compared():
    whole = np.ones((1, 2, 9, 11), bool)
    with pytest.raises(ValueError, match=r'\(9, 11\).*\(9, 12\)'):
        tube_iou(tracks(whole), tracks(np.ones((1, 2, 9, 12), bool), (9, 12)))
    with pytest.raises(ValueError, match=r'frame 0.*sizes'):
        tube_iou(tracks(whole), tracks(np.ones((1, 2, 11, 9), bool)))
    with pytest.raises(ValueError, match=r'\[2, 3\] frames'):
        tube_iou(tracks(whole), tracks(np.ones((1, 3, 9, 11), bool)))

"""COCO RLE of clips."""

import json

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle, merge_rles


@pytest.fixture
def masks() -> np.ndarray:
    masks = np.random.default_rng(0).random((4, 13, 17)) < 0.4
    masks[1], masks[2] = False, True
    return masks


@pytest.mark.parametrize('dtype', [bool, np.uint8])
def test_round_trip(masks: np.ndarray, dtype: type):
    rles = encode_rle(masks.astype(dtype))
    assert json.loads(json.dumps(rles)) == rles
    assert (decode_rle(rles, (13, 17)) == masks).all()


@pytest.mark.parametrize('view', [np.s_[:, ::-1], np.s_[:, :, ::-1], np.s_[:, 2:9, 3:]])
def test_views_are_encoded_as_they_look(masks: np.ndarray, view):
    part = masks[view]
    assert (decode_rle(encode_rle(part), part.shape[1:]) == part).all()


def test_absent_frames_are_empty(masks: np.ndarray):
    rles = encode_rle(masks)
    decoded = decode_rle([None, rles[0], None], (13, 17))
    assert (decoded[1] == masks[0]).all()
    assert not decoded[[0, 2]].any()
    assert decode_rle([], (13, 17)).shape == (0, 13, 17)


def test_merge(masks: np.ndarray):
    one, two = encode_rle(masks), encode_rle(masks[::-1])
    one[0] = two[0] = two[3] = None
    expected = masks | masks[::-1]
    expected[0], expected[3] = False, masks[3]
    merged = merge_rles([one, two], (13, 17))
    assert merged[0] is None
    assert (decode_rle(merged, (13, 17)) == expected).all()
    assert merge_rles([], (13, 17)) == []


def test_wrong_size_names_the_mask(masks: np.ndarray):
    rles = encode_rle(masks)
    with pytest.raises(ValueError, match=r'anno 5.*\(13, 17\).*\(17, 13\)'):
        decode_rle(rles, (17, 13), 'anno 5')
    with pytest.raises(ValueError, match='anno 5'):
        merge_rles([rles], (17, 13), 'anno 5')


def test_undecodable_names_the_mask():
    with pytest.raises(ValueError, match='anno 5'):
        decode_rle([{'size': [3, 3], 'counts': 'zzzz~~'}], (3, 3), 'anno 5')


@pytest.mark.parametrize('runs', ['5:', '', 'l3'])
def test_runs_that_do_not_fill_the_picture_are_never_decoded(runs):
    """pycocotools would fill the rest with whatever lies in memory."""
    with pytest.raises(UserError, match='anno 5: the runs of the RLE do not add up'):
        decode_rle([{'size': [10, 10], 'counts': runs}], (10, 10), 'anno 5')

"""Masks from outside are whole, or refused by frame."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mevis.boundary.rle import check_track, compressed, trusted_track
from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle

MASKS = np.random.default_rng(0).random((3, 6, 8)) < 0.5


def as_lists(masks: np.ndarray) -> list[dict]:
    rles = []
    for mask in masks:
        flat = np.concatenate(([0], mask.T.ravel().astype(int), [2]))
        ends = np.flatnonzero(np.diff(flat))
        rles.append({'size': [6, 8], 'counts': np.diff([0, *ends]).tolist()})
    return rles


def test_lists_of_runs_become_what_pycocotools_writes():
    assert trusted_track([*as_lists(MASKS), None], 'f', 4) == [*encode_rle(MASKS), None]
    assert (decode_rle(trusted_track(as_lists(MASKS), 'f', 3), (6, 8)) == MASKS).all()


def test_compressed_ones_stay_as_they_are():
    assert trusted_track(encode_rle(MASKS), 'f', 3, (6, 8)) == encode_rle(MASKS)
    check_track(encode_rle(MASKS), (6, 8), 3, 'f')


RLE = {'size': [6, 8], 'counts': [48]}
BROKEN = {
    'no list': {**RLE, 'counts': 48},
    'no counts': {'size': [6, 8]},
    'no size': {'counts': [48]},
    'text': 'RLE',
    'size of three': {**RLE, 'size': [6, 8, 1]},
    'negative size': {**RLE, 'size': [-6, -8]},
    'broken size': {**RLE, 'size': [6.0, 8]},
    'size of text': {**RLE, 'size': ['6', '8']},
    'huge size': {'size': [10**6, 10**6], 'counts': [10**12]},
    'short': {**RLE, 'counts': [5, 10]},
    'long': {**RLE, 'counts': [40, 10]},
    'negative run': {**RLE, 'counts': [50, -2]},
    'broken run': {**RLE, 'counts': [40.0, 8]},
    'true': {**RLE, 'counts': [True, 47]},
    'huge run': {**RLE, 'counts': [2**32 + 48]},
    'short text': {**RLE, 'counts': '5:'},
    'empty text': {**RLE, 'counts': ''},
    'no ASCII': {**RLE, 'counts': 'é'},
    'other size': {'size': [8, 6], 'counts': [48]},
}


@pytest.mark.parametrize('rle', BROKEN.values(), ids=BROKEN)
def test_a_broken_mask_is_named(rle):
    with pytest.raises(UserError, match='^f, frame 1: '):
        trusted_track([None, rle, None], 'f', 3, (6, 8))


def test_another_number_of_frames_is_refused():
    with pytest.raises(UserError, match='f: 1 masks, but the video has 2 frames'):
        trusted_track([RLE], 'f', 2)
    with pytest.raises(UserError, match='f: must be a list'):
        trusted_track({'0': RLE}, 'f', 1)


def test_masks_of_two_sizes_are_refused():
    other = {'size': [8, 6], 'counts': [48]}
    with pytest.raises(UserError, match=r'frame 1: the mask is of size \(8, 6\)'):
        trusted_track([RLE, other], 'f', 2)


def test_what_is_trusted_decodes_to_the_same():
    rle = compressed({'size': (6, 8), 'counts': [10, 5, 33]}, 'f')
    assert coco_mask.area({**rle, 'counts': rle['counts'].encode()}) == 5

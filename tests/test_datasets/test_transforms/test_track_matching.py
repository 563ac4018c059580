import numpy as np
import pytest

from mevis.datasets.transforms.track_matching import MatchTracks, inside_shares
from mevis.errors import UserError
from mevis.structures import InstanceMasks, encode_rle


def tube(*spans, frames=3, size=(10, 20)):
    """Columns from left to right in each frame; None: absent."""
    masks = np.zeros((frames, *size), bool)
    for frame, span in enumerate(spans):
        if span is not None:
            masks[frame, :, slice(*span)] = True
    rles = encode_rle(masks)
    return [rle if span is not None else None for rle, span in zip(rles, spans, strict=True)]


TRACKS = [
    tube((0, 10), (0, 10), (0, 10)),
    tube((0, 4), None, (0, 4)),
    tube((10, 14), (10, 14), None),
    tube((4, 8), (12, 16), None),
    tube(None, None, None),
]
TRUTH = tube((0, 9), (0, 9), (0, 9))


def test_the_share_of_the_track_counts_not_that_of_the_truth():
    shares = inside_shares(TRACKS, [TRUTH, tube(None, None, None)])
    assert np.allclose(shares[0], [0.9, 1, 0, 0.5, np.nan], equal_nan=True)
    assert np.allclose(shares[1, :4], 0)


def test_what_is_neither_in_nor_out_is_open():
    instances = InstanceMasks(TRACKS, [0.5] * 5, [0] * 5, (10, 20))
    results = MatchTracks()({'instances': instances, 'expression_rles': [TRUTH]})
    assert results['gt_choice'].tolist() == [[1, 1, 0, -1, -1]]


def test_no_track_is_no_error_and_no_folder_of_tracks_is_one():
    none = InstanceMasks([], [], [], (10, 20))
    assert MatchTracks()({'instances': none, 'expression_rles': [TRUTH]})['gt_choice'].shape == (
        1,
        0,
    )
    with pytest.raises(UserError, match='LoadInstanceMasks'):
        MatchTracks()({'expression_rles': [TRUTH]})

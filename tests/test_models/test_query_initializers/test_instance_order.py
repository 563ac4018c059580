import numpy as np
import pytest

from mevis.models.query_initializers.instance_order import ORDERS, in_order
from mevis.structures import ClipTracks, InstanceMasks, encode_rle


def tracks() -> ClipTracks:
    """By score b, c, a; by area c, a, b (which no frame shows after the first two: empty masks)."""
    masks = np.zeros((3, 4, 10, 10), bool)
    masks[0, 1:, :4, :4] = True
    masks[1, :2, :2, :2] = True
    masks[2, 2:, :8, :8] = True
    rles = [encode_rle(track) for track in masks]
    plain = InstanceMasks(rles, [0.1, 0.9, 0.5], [-1] * 3, (10, 10), ids=['a', 'b', 'c'])
    return ClipTracks.filling(plain)


@pytest.mark.parametrize(
    ('order', 'ids'),
    [('score', 'bca'), ('score_rising', 'acb'), ('area', 'cab'), ('first_seen', 'bac')],
)
def test_orders(order, ids):
    assert order in ORDERS
    assert ''.join(in_order(tracks(), order).ids) == ids
    assert ''.join(in_order(tracks().take([2, 1, 0]), order).ids) == ids


def test_what_no_frame_shows_comes_last():
    later = ClipTracks.filling(tracks().at([2, 3]))
    assert ''.join(in_order(later, 'first_seen').ids) == 'cab'


def test_what_is_equal_stays_by_score():
    twice = tracks().take([0, 1, 1])
    named = ClipTracks.filling(
        InstanceMasks(twice.rles, [0.1, 0.2, 0.3], [-1] * 3, (10, 10), ids=['a', 'x', 'y'])
    )
    assert ''.join(in_order(named, 'area').ids) == 'ayx'
    assert ''.join(in_order(named, 'first_seen').ids) == 'yxa'

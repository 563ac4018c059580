"""Tracks of a video, decoded as asked for."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mevis.structures import InstanceMasks, encode_rle


@pytest.fixture
def masks() -> np.ndarray:
    return np.random.default_rng(0).random((3, 4, 12, 18)) < 0.5


@pytest.fixture
def instances(masks: np.ndarray) -> InstanceMasks:
    tracks = [encode_rle(track) for track in masks]
    return InstanceMasks(tracks, [0.3, 0.9, 0.9], [4, 5, 6], (12, 18))


def test_decode(instances: InstanceMasks, masks: np.ndarray):
    assert len(instances) == 3
    assert instances.num_frames == 4
    assert (instances.decode([2, 0]).numpy() == masks[:, [2, 0]]).all()


def test_flipped(instances: InstanceMasks, masks: np.ndarray):
    flipped = replace(instances, flipped=True)
    assert (flipped.decode([1]).numpy() == masks[:, [1], :, ::-1]).all()
    small = instances.decode([1], (6, 9))
    assert torch.equal(flipped.decode([1], (6, 9)), small.flip(-1))


def test_top_keeps_ties_in_order(instances: InstanceMasks):
    best = instances.top(2)
    assert list(best.categories) == [5, 6]
    assert len(instances.top(10)) == 3


def test_none(instances: InstanceMasks):
    empty = instances.top(0)
    assert len(empty) == 0
    assert empty.num_frames == 0
    assert empty.decode([0, 1]).shape == (0, 2, 12, 18)


def test_json(instances: InstanceMasks):
    data = json.loads(json.dumps(instances.to_dict()))
    assert InstanceMasks.from_dict(data) == instances


def test_take_keeps_all_of_a_track_together(instances: InstanceMasks):
    named = replace(instances, ids=['x', 'y', 'z'])
    taken = named.take([2, 0])
    assert taken.ids == ['z', 'x']
    assert taken.scores == [0.9, 0.3]
    assert taken.categories == [6, 4]
    assert taken.rles == [named.rles[2], named.rles[0]]


def test_cover(instances: InstanceMasks, masks: np.ndarray):
    wanted = masks[1, 2].reshape(3, 4, 6, 3).mean((1, 3))
    torch.testing.assert_close(instances.cover(1, 2, (3, 6)), torch.from_numpy(wanted).float())
    flipped = replace(instances, flipped=True).cover(1, 2, (3, 6))
    assert torch.equal(flipped, instances.cover(1, 2, (3, 6)).flip(-1))

import numpy as np
import pytest
import torch

from mevis.structures import InstanceMasks, Trajectories, encode_rle


@pytest.fixture
def tracks() -> InstanceMasks:
    masks = np.zeros((2, 4, 20, 30), bool)
    masks[0, 0, 2:6, 3:10] = True
    masks[0, 2, 2:6, 5:12] = True
    masks[1, 1:, 10:20, 20:30] = True
    rles = [encode_rle(track) for track in masks]
    rles[0][1] = None
    return InstanceMasks(rles, [0.9, 0.5], [-1, -1], (20, 30))


def test_boxes_areas_and_times_are_those_of_the_decoded_masks(tracks):
    frames = [0, 1, 2, 3]
    got = Trajectories.from_instances(tracks, frames, 4)
    masks = tracks.decode(frames)
    assert torch.equal(got.areas, masks.flatten(2).sum(-1).float())
    assert torch.equal(got.visible, masks.flatten(2).any(-1))
    for k, t in got.visible.nonzero().tolist():
        rows, columns = masks[k, t].nonzero(as_tuple=True)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert got.boxes[k, t].tolist() == [float(side) for side in box]
    assert (got.boxes[~got.visible] == 0).all()
    assert torch.allclose(got.times, torch.tensor([0, 1 / 3, 2 / 3, 1]))
    assert got.ids == (0, 1)


def test_mirrored_tracks_have_mirrored_boxes(tracks):
    from dataclasses import replace

    got = Trajectories.from_instances(replace(tracks, flipped=True), [2], 4)
    assert got.boxes[0, 0].tolist() == [18, 2, 25, 6]


def test_no_track_and_a_single_frame():
    empty = Trajectories.from_instances(InstanceMasks([], [], [], (20, 30)), [0], 1)
    assert len(empty) == 0
    assert empty.boxes.shape == (0, 1, 4)
    assert empty.times.tolist() == [0.0]

from dataclasses import fields

import numpy as np
import pytest
import torch

from mevis.datasets.motion_tracks import MotionTracksDataset
from mevis.datasets.motion_tracks.motion_tracks_dataset import mirrored
from mevis.datasets.motion_tracks.wear import Wear
from mevis.registry import DATASETS

CLEAN = {item.name: 0 for item in fields(Wear)}


def moved(tracks):
    """(K, 2): from the first to the last frame that shows a track, pixels."""
    result = []
    for boxes, seen in zip(tracks.boxes, tracks.visible, strict=True):
        places = seen.nonzero()[:, 0]
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        result.append(centres[places[-1]] - centres[places[0]])
    return torch.stack(result)


def test_an_item_follows_from_seed_and_serial_number():
    one, two = (DATASETS.build(dict(type='mevis.MotionTracksDataset')) for _ in range(2))
    two[(5, 9)]
    first, second = one[(3, 8)]['data_samples'], two[(3, 8)]['data_samples']
    assert torch.equal(first.trajectories.boxes, second.trajectories.boxes)
    assert first.expressions == second.expressions
    assert torch.equal(first.gt_choice, second.gt_choice)
    assert one[(3, 8)]['inputs'].shape[0] == 0


@pytest.mark.parametrize('crowds', [0.0, 1.0])
@pytest.mark.parametrize('wear', [{}, CLEAN], ids=['worn', 'clean'])
def test_what_is_said_of_left_and_right_is_seen(crowds, wear):
    dataset = MotionTracksDataset(40, crowds=crowds, wear=wear, absent=0.0)
    signs = []
    for index in range(40):
        sample = dataset[index]['data_samples']
        assert sample.gt_choice.shape == (6, len(sample.trajectories))
        assert set(sample.gt_choice.unique().tolist()) <= {-1.0, 0.0, 1.0}
        way = moved(sample.trajectories)[:, 0]
        for expression, choice in zip(sample.expressions, sample.gt_choice, strict=True):
            words = set(expression.text.split())
            if expression.tags[0] in ('left', 'right') and len(words & {'left', 'right'}) == 1:
                sign = -1 if 'left' in words else 1
                signs += (way[choice > 0].sign() * sign).tolist()
    assert len(signs) > 10
    assert np.mean(np.array(signs) > 0) > (0.999 if wear else 0.9)


def test_tracks_are_as_a_tracker_gives_them():
    dataset = MotionTracksDataset(60)
    gaps, late, sizes = 0, 0, set()
    for index in range(60):
        tracks = dataset[index]['data_samples'].trajectories
        height, width = tracks.size
        assert tracks.boxes.isfinite().all()
        assert tracks.areas.isfinite().all()
        assert tracks.visible.any(1).all()
        assert not tracks.boxes[~tracks.visible].any()
        limits = torch.tensor([width, height, width, height]) + 1e-3
        assert (tracks.boxes >= 0).all()
        assert (tracks.boxes <= limits).all()
        gaps += sum((seen.int().diff() == -1).any().item() for seen in tracks.visible)
        late += (~tracks.visible[:, 0]).sum().item()
        sizes.add(tracks.visible.shape[1])
    assert gaps > 10
    assert late > 10
    assert len(sizes) > 10


def test_a_mirrored_scene_is_mirrored():
    tracks = MotionTracksDataset(3)[0]['data_samples'].trajectories
    assert torch.allclose(moved(mirrored(tracks)), moved(tracks) * torch.tensor([-1, 1]), atol=1e-3)
    assert torch.allclose(mirrored(mirrored(tracks)).boxes, tracks.boxes, atol=1e-3)


def test_the_frame_rate_can_be_chosen():
    dataset = MotionTracksDataset(4, wear=CLEAN | {'frames': 77})
    assert {dataset[i]['data_samples'].trajectories.visible.shape[1] for i in range(4)} == {77}

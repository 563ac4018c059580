"""Annotated objects of a clip."""

import torch

from mevis.structures import ClipInstances, RefVidSegDataSample


def test_present():
    masks = torch.zeros(2, 3, 4, 5, dtype=torch.bool)
    masks[0, 1, 2, 2] = masks[1, 0, 0, 4] = True
    instances = ClipInstances(torch.tensor([3, 0]), masks, (7, 9))
    assert instances.present.tolist() == [[False, True, False], [True, False, False]]
    assert len(instances) == 2


def test_none():
    none = ClipInstances(torch.zeros(0, dtype=torch.long), torch.zeros(0, 3, 4, 5) > 0)
    assert len(none) == 0
    assert none.present.shape == (0, 3)


def test_moves_with_its_sample():
    sample = RefVidSegDataSample()
    sample.gt_instances = ClipInstances(torch.zeros(1).long(), torch.zeros(1, 2, 4, 5) > 0, (7,))
    moved = sample.to('meta', non_blocking=True).gt_instances
    assert moved.masks.device.type == moved.labels.device.type == 'meta'
    assert moved.ids == (7,)

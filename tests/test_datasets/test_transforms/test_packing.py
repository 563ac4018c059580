"""What models receive."""

import numpy as np
import torch

from mevis.datasets.transforms import PackRefVidSegInputs, RandomFlipClip


def test_training(clip: dict):
    flipped = RandomFlipClip(1.0)(clip)
    packed = PackRefVidSegInputs()(flipped)
    sample = packed['data_samples']
    assert packed['inputs'].shape == (3, 3, 40, 60)
    assert packed['inputs'].dtype == torch.uint8
    assert packed['inputs'].is_contiguous()
    assert (packed['inputs'].permute(0, 2, 3, 1).numpy() == flipped['frames']).all()
    assert sample.gt_masks.dtype == torch.bool
    assert (sample.gt_masks.numpy() == flipped['gt_masks']).all()
    assert sample.instances is flipped['instances']
    assert sample.video == 'bird'
    assert sample.flip
    assert sample.frame_indices == [1, 3, 4]
    assert sample.num_video_frames == 5
    assert 'rng' not in sample
    assert 'read_frames' not in sample


def test_testing(clip: dict):
    del clip['gt_masks'], clip['instances']
    reader = list
    sample = PackRefVidSegInputs()({**clip, 'test_mode': True, 'read_frames': reader})
    assert sample['data_samples'].read_frames is reader
    assert 'gt_masks' not in sample['data_samples']
    assert 'instances' not in sample['data_samples']


def test_instances_that_were_cut_off_are_left_out(clip: dict):
    masks = clip.pop('gt_masks')
    clip['gt_instance_masks'] = np.stack([masks & False, masks])
    clip['gt_labels'], clip['gt_ids'] = np.array([3, 5]), [30, 50]
    sample = PackRefVidSegInputs()(clip)['data_samples']
    assert sample.gt_instances.labels.tolist() == [5]
    assert sample.gt_instances.ids == (50,)
    assert (sample.gt_instances.masks[0].numpy() == masks).all()
    assert 'gt_masks' not in sample

"""NMS and connected regions, as the kernel that SAM 3 would download gives them."""

import numpy as np
import torch
from torchvision.ops import box_iou, nms

from mevis.track_sources.offline_kernels import OfflineKernels, offline_kernels


def test_nms_is_torchvisions():
    generator = torch.Generator().manual_seed(0)
    for threshold in (0.1, 0.5, 0.9):
        corners = torch.rand(40, 2, generator=generator) * 50
        boxes = torch.cat((corners, corners + 5 + 20 * torch.rand(40, 2, generator=generator)), 1)
        scores = torch.rand(40, generator=generator)
        kept = OfflineKernels.generic_nms(box_iou(boxes, boxes), scores, threshold)
        assert kept.tolist() == nms(boxes, scores, threshold).tolist()
        assert 1 < len(kept) < 40 or threshold == 0.9


def test_regions_and_their_areas():
    mask = torch.zeros(2, 1, 6, 7, dtype=torch.uint8)
    mask[0, 0, 0:2, 0:2] = 1
    mask[0, 0, 2, 2] = 1  # touches at a corner
    mask[0, 0, 5, 3:6] = 1
    mask[1] = 1
    labels, areas = OfflineKernels.cc_2d(mask)
    assert labels.shape == areas.shape == mask.shape
    assert areas[0, 0, 0, 0] == areas[0, 0, 2, 2] == 5
    assert areas[0, 0, 5].tolist() == [0, 0, 0, 3, 3, 3, 0]
    assert len(np.unique(labels[0])) == 3
    assert (areas[1] == 42).all()


def test_the_library_fills_holes_with_it_and_gets_its_own_back():
    from transformers.models.sam3_video import modeling_sam3_video as library

    logits = torch.full((1, 1, 12, 12), -1.0)
    logits[0, 0, 1:8, 1:8] = 1
    logits[0, 0, 4, 4] = -1  # a hole
    logits[0, 0, 10, 10] = 1  # a speck
    before = library.cv_utils_kernel
    with offline_kernels():
        mended = library.fill_holes_in_mask_scores(logits, max_area=4) > 0
    assert library.cv_utils_kernel is before
    assert mended[0, 0, 4, 4]
    assert not mended[0, 0, 10, 10]
    assert mended.sum() == 49

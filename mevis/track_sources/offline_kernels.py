"""What SAM 3 in transformers takes from a kernel that it downloads: NMS and connected regions.

Without that kernel the library skips both with one warning, and the tracks of a video multiply.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import torch
from torch import Tensor


class OfflineKernels:
    """Stands in for ``kernels-community/cv-utils``; nothing is downloaded."""

    @staticmethod
    def generic_nms(
        ious: Tensor, scores: Tensor, iou_threshold: float, use_iou_matrix: bool = True
    ) -> Tensor:
        """Keeps the best, drops what overlaps it by more than the threshold, and so on.

        Args:
            ious: (n, n) in [0, 1].
            scores: (n,).
            iou_threshold: In [0, 1].
            use_iou_matrix: Always true: ``ious`` holds overlaps, not boxes.

        Returns:
            (k,) int64, what is kept, by falling score.
        """
        overlaps = (ious > iou_threshold).cpu().numpy()
        kept: list[int] = []
        dropped = np.zeros(len(overlaps), bool)
        for index in scores.argsort(descending=True, stable=True).tolist():
            if not dropped[index]:
                kept.append(index)
                dropped |= overlaps[index]
        return torch.tensor(kept, dtype=torch.int64, device=ious.device)

    @staticmethod
    def cc_2d(masks: Tensor, get_counts: bool = True) -> tuple[Tensor, Tensor]:
        """Connected regions, corners included.

        Args:
            masks: (n, 1, H, W) uint8, 0 or 1.
            get_counts: Always true: whether areas are wanted.

        Returns:
            Labels from 1 and the area of each pixel's region, (n, 1, H, W) int32; 0 outside.
        """
        labels = np.zeros(masks.shape, np.int32)
        areas = np.zeros(masks.shape, np.int32)
        for index, mask in enumerate(masks[:, 0].cpu().numpy()):
            _, regions, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
            stats[0, cv2.CC_STAT_AREA] = 0
            labels[index, 0] = regions
            areas[index, 0] = stats[:, cv2.CC_STAT_AREA][regions]
        return tuple(torch.from_numpy(array).to(masks.device) for array in (labels, areas))


@contextmanager
def offline_kernels() -> Iterator[None]:
    """Gives the library these kernels for a while."""
    from transformers.models.sam3_video import modeling_sam3_video as library

    before = library.cv_utils_kernel
    library.cv_utils_kernel = OfflineKernels
    try:
        yield
    finally:
        library.cv_utils_kernel = before

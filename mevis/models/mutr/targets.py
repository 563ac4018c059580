"""What a clip should be answered with.

Shapes: T frames, (h, w) frames without padding, (H, W) padded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mevis.structures import RefVidSegDataSample


@dataclass(frozen=True)
class ClipTarget:
    """Ground truth of one clip.

    Attributes:
        masks: (T, H/4, W/4) float 0/1, subsampled at stride 4 from offset 2.
        boxes: (T, 4), cxcywh normalised by the unpadded frame; zero where nothing is seen.
        valid: (T,) bool, whether the object is seen.
    """

    masks: Tensor
    boxes: Tensor
    valid: Tensor


def _boxes_of(masks: Tensor) -> Tensor:
    """Boxes of masks (T, h, w) as the official code takes them: pixel extremes, cxcywh."""
    height, width = masks.shape[-2:]
    rows, columns = masks.any(2), masks.any(1)
    x = torch.arange(width, device=masks.device)
    y = torch.arange(height, device=masks.device)
    x0 = torch.where(columns, x, width).amin(1)
    x1 = torch.where(columns, x, -1).amax(1)
    y0 = torch.where(rows, y, height).amin(1)
    y1 = torch.where(rows, y, -1).amax(1)
    boxes = torch.stack(((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0), 1).float()
    boxes = boxes / boxes.new_tensor([width, height, width, height])
    return boxes * masks.flatten(1).any(1)[:, None]


def clip_targets(
    samples: Sequence[RefVidSegDataSample], padded_size: tuple[int, int], stride: int = 4
) -> list[ClipTarget]:
    """Makes the targets of B clips.

    Args:
        samples: B samples with ``gt_masks``.
        padded_size: (H, W) of the batch.
        stride: Pixels per cell of the mask head.
    """
    targets = []
    for sample in samples:
        masks = sample.gt_masks
        extra = (0, padded_size[1] - masks.shape[-1], 0, padded_size[0] - masks.shape[-2])
        padded = F.pad(masks.float(), extra)[:, stride // 2 :: stride, stride // 2 :: stride]
        targets.append(ClipTarget(padded, _boxes_of(masks), masks.flatten(1).any(1)))
    return targets

"""Feature maps to vectors: the mean under a mask.

Shapes: M maps, K masks of each, C channels, H W entries of a mask, h w cells of a map.
"""

from math import ceil

import torch.nn.functional as F
from torch import Tensor


def cell_shares(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Share of each cell of a feature map that masks cover.

    The strides of a backbone are powers of two, and its last cells reach over the border of the
    image; what is beyond it is not covered.

    Args:
        masks: (M, K, H, W) in [0, 1].
        size: (h, w) of the feature map.

    Returns:
        (M, K, h, w) in [0, 1].
    """
    height, width = masks.shape[-2:]
    for stride in (2**n for n in range(12)):
        if (ceil(height / stride), ceil(width / stride)) == tuple(size):
            extra = (0, size[1] * stride - width, 0, size[0] * stride - height)
            return F.avg_pool2d(F.pad(masks, extra), stride)
    return F.interpolate(masks, size=tuple(size), mode='area')


def pool_under(features: Tensor, shares: Tensor) -> Tensor:
    """Mean of the cells, each weighted by the share of it that a mask covers.

    Args:
        features: (M, C, h, w).
        shares: (M, K, h, w) in [0, 1].

    Returns:
        (M, K, C) float; zeros under an empty mask.
    """
    weights = shares.flatten(2)
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-9)
    return weights @ features.flatten(2).float().transpose(1, 2)

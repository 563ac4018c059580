"""The pixel decoder in full precision, whatever surrounds it."""

from collections.abc import Sequence

import torch
from mmdet.models.layers import MSDeformAttnPixelDecoder
from torch import Tensor

from mevis.registry import MODELS


@MODELS.register_module()
class FullPrecisionPixelDecoder(MSDeformAttnPixelDecoder):
    """mmdet's decoder outside of autocast, as the official code runs it under mixed precision."""

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Decodes levels of strides 4 to 32; see mmdet."""
        half = (torch.float16, torch.bfloat16)
        with torch.autocast(feats[0].device.type, enabled=False):
            return super().forward([x.float() if x.dtype in half else x for x in feats])

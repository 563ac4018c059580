"""The pixel decoder in full precision, whatever surrounds it."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmdet.models.layers import MSDeformAttnPixelDecoder
from mmdet.models.task_modules.prior_generators import MlvlPointGenerator
from torch import Tensor

from mevis.models.layers import DeformableEncoder
from mevis.registry import MODELS


class _CellCentres(MlvlPointGenerator):
    """mmdet's, which asks for a grid in a way that PyTorch warns of."""

    def _meshgrid(self, x: Tensor, y: Tensor, row_major: bool = True) -> tuple[Tensor, Tensor]:
        rows, columns = torch.meshgrid(y, x, indexing='ij')
        pair = (columns, rows) if row_major else (rows, columns)
        return pair[0].reshape(-1), pair[1].reshape(-1)


@MODELS.register_module()
class FullPrecisionPixelDecoder(MSDeformAttnPixelDecoder):
    """mmdet's decoder outside of autocast, as the official code runs it under mixed precision.

    Its encoder's attention is a registered one; see :class:`DeformableEncoderLayer`.  A seed gives
    the weights that it gives mmdet's.
    """

    def __init__(self, *args: Any, encoder: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, encoder=encoder, **kwargs)
        with torch.random.fork_rng(devices=[]):
            own = DeformableEncoder(**encoder)
        own.load_state_dict(self.encoder.state_dict())
        self.encoder = own
        self.point_generator = _CellCentres(
            self.point_generator.strides, self.point_generator.offset
        )

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Decodes levels of strides 4 to 32; see mmdet."""
        half = (torch.float16, torch.bfloat16)
        with torch.autocast(feats[0].device.type, enabled=False):
            return super().forward([x.float() if x.dtype in half else x for x in feats])

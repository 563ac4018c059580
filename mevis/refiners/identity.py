"""No refinement."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from mevis.refiners.base import MaskRefiner
from mevis.registry import REFINERS
from mevis.structures import FrameReader, RefineContext
from mevis.structures.mask_rle import Rle


@REFINERS.register_module()
class IdentityRefiner(MaskRefiner):
    """Gives the masks back as they came; reads no frame and decodes nothing."""

    def forward(
        self, frames: FrameReader, rles: Sequence[Sequence[Rle]], context: RefineContext
    ) -> list[list[Rle]]:
        """Returns ``rles``."""
        return [list(track) for track in rles]

    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Returns ``masks``, (E, t, H, W) bool."""
        return masks

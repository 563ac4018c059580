"""No refinement."""

from torch import Tensor

from mevis.refiners.base import FrameReader, MaskRefiner, RefineContext
from mevis.registry import REFINERS


@REFINERS.register_module()
class IdentityRefiner(MaskRefiner):
    """Gives the masks back as they came."""

    def forward(self, frames: FrameReader, masks: Tensor, context: RefineContext) -> Tensor:
        """Returns ``masks``, (T, H, W) bool."""
        return masks

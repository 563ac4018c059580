"""The contract of mask refiners."""

from abc import ABCMeta, abstractmethod
from collections.abc import Callable

import numpy as np
from torch import Tensor, nn

from mevis.structures import RefineContext

FrameReader = Callable[[list[int]], np.ndarray]


class MaskRefiner(nn.Module, metaclass=ABCMeta):
    """Improves masks; knows nothing of the model that made them."""

    @abstractmethod
    def forward(self, frames: FrameReader, masks: Tensor, context: RefineContext) -> Tensor:
        """Refines the masks of one expression.

        Args:
            frames: Reads original frames: n positions in 0..T-1 -> (n, H, W, 3) uint8 RGB.
            masks: (T, H, W) bool at the original size.
            context: Whose masks they are.

        Returns:
            (T, H, W) bool.
        """

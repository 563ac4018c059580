"""The contract of query initializers."""

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from mevis.structures import InstanceMasks

ImageEncoder = Callable[[Tensor], Sequence[Tensor]]


class QueryInitializer(nn.Module, metaclass=ABCMeta):
    """Gives the video query before the sentence is known.

    What it may look at depends on the video alone, so it is asked once per video.
    """

    @abstractmethod
    def forward(
        self,
        levels: list[Tensor],
        instances: list[InstanceMasks | None],
        encode: ImageEncoder,
    ) -> Tensor:
        """Makes the initial video query.

        Args:
            levels: Feature levels of the clip, each (B, T, C, h, w).
            instances: Instance tracks of each of the B clips in its T frames; None where the data
                has none.
            encode: The model's backbone: images (M, 3, H, W), normalised, -> levels (M, C, h, w).

        Returns:
            Video query, (B, N, C).
        """

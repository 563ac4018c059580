"""The contract of query initializers."""

import inspect
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from mevis.registry import QUERY_INITIALIZERS
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
            instances: Instance tracks of each of the B clips in its T frames, as ``ClipTracks``:
                they know the times of the frames and can read them; None where the data has none.
            encode: The model's backbone: images (M, 3, H, W), normalised, or uint8 and then
                normalised by it, -> four levels (M, C_l, h, w) of strides 4, 8, 16 and 32.

        Returns:
            Video query, (B, N, C).
        """


def build_query_initializer(
    config: Mapping[str, Any],
    num_queries: int,
    embed_dims: int,
    backbone_channels: Sequence[int],
) -> QueryInitializer:
    """Builds a query initializer as a model does.

    Args:
        config: Its config.
        num_queries: Queries N of the model.
        embed_dims: Channels C of the model.
        backbone_channels: Channels of the levels that ``encode`` will give; handed to those whose
            constructor names them.
    """
    sizes: dict[str, Any] = dict(num_queries=num_queries, embed_dims=embed_dims)
    kind = config['type']
    kind = QUERY_INITIALIZERS.get(kind) if isinstance(kind, str) else kind
    if kind is not None and 'backbone_channels' in inspect.signature(kind).parameters:
        sizes['backbone_channels'] = tuple(backbone_channels)
    return QUERY_INITIALIZERS.build(dict(config), default_args=sizes)

"""A query that has seen the clip."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from mevis.models.query_initializers import QueryInitializer
from mevis.registry import QUERY_INITIALIZERS
from mevis.structures import InstanceMasks


@QUERY_INITIALIZERS.register_module()
class AcmePooledQueryInitializer(QueryInitializer):
    """Learned queries, moved by the mean of the coarsest level.

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query and of the levels.
    """

    def __init__(self, num_queries: int, embed_dims: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(num_queries, embed_dims))
        self.shift = nn.Linear(embed_dims, embed_dims)

    def forward(
        self,
        levels: list[Tensor],
        instances: list[InstanceMasks | None],
        encode: Callable[[Tensor], list[Tensor]],
    ) -> Tensor:
        """Pools over time and space; (B, N, C)."""
        return self.query + self.shift(levels[-1].mean((1, 3, 4)))[:, None]

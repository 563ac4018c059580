"""The query that knows nothing of the video."""

from torch import Tensor, nn

from mevis.models.query_initializers.base import ImageEncoder, QueryInitializer
from mevis.registry import QUERY_INITIALIZERS
from mevis.structures import InstanceMasks


@QUERY_INITIALIZERS.register_module()
class RandomQueryInitializer(QueryInitializer):
    """The same learned video query for every clip (MUTR's own).

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query.
    """

    def __init__(self, num_queries: int, embed_dims: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_queries, embed_dims)

    def forward(
        self,
        levels: list[Tensor],
        instances: list[InstanceMasks | None],
        encode: ImageEncoder,
    ) -> Tensor:
        """Ignores all but the number of clips.  Returns: video query, (B, N, C)."""
        return self.embedding.weight.expand(levels[0].shape[0], -1, -1)

"""What the initializers that look at instances share.

Shapes: B clips, T frames, K instances, S tokens of an instance, N queries, C channels.
"""

import logging
from abc import abstractmethod

from mmengine.logging import print_log
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mevis.models.query_initializers.base import ImageEncoder, QueryInitializer
from mevis.models.query_initializers.instance_block import InstanceBlock
from mevis.models.query_initializers.instance_order import ORDERS, in_order
from mevis.structures import ClipTracks, InstanceMasks


class InstanceQueryInitializer(QueryInitializer):
    """The learned query of :class:`RandomQueryInitializer`, into which instances are folded.

    Without any instance, and before the block has learnt anything, it is that query to the bit; the
    learned part has its name in a checkpoint too.

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query.
        num_instances: Use at most K tracks, those with the highest scores.
        order: See :func:`in_order`.
        num_heads: Attention heads of the block.
        feedforward_dims: Hidden channels of the block's FFN; four times C if None.
        dropout: Of the block.

    Raises:
        ValueError: If the order is not known.
    """

    def __init__(
        self,
        num_queries: int,
        embed_dims: int,
        num_instances: int = 10,
        order: str = 'score',
        num_heads: int = 8,
        feedforward_dims: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if order not in ORDERS:
            raise ValueError(f'order {order!r} is none of {", ".join(ORDERS)}.')
        self.num_instances = num_instances
        self.order = order
        self._has_warned = False
        self.embedding = nn.Embedding(num_queries, embed_dims)
        self.block = InstanceBlock(
            embed_dims, num_heads, feedforward_dims or 4 * embed_dims, dropout
        )

    @abstractmethod
    def describe(
        self, levels: list[Tensor], tracks: ClipTracks, encode: ImageEncoder
    ) -> tuple[Tensor, Tensor]:
        """Makes tokens of the K >= 1 instances of one clip.

        Args:
            levels: Feature levels of the clip, each (T, C, h, w).
            tracks: Its tracks.
            encode: The model's backbone.

        Returns:
            Tokens (K, S, C) and (K, S) bool, True = no token.
        """

    def forward(
        self,
        levels: list[Tensor],
        instances: list[InstanceMasks | None],
        encode: ImageEncoder,
    ) -> Tensor:
        """See the base class."""
        query = self.embedding.weight.expand(len(instances), -1, -1)
        if self.num_instances and all(tracks is None for tracks in instances):
            self._warn_of_no_tracks()
        chosen = [self._chosen(tracks) for tracks in instances]
        described = {
            index: self.describe([level[index] for level in levels], tracks, encode)
            for index, tracks in enumerate(chosen)
            if tracks is not None
        }
        if not described:
            return query
        some, none = next(iter(described.values()))
        nothing = (some[:0], none[:0])
        tokens, padding = zip(
            *(described.get(index, nothing) for index in range(len(chosen))), strict=True
        )
        return self.block(
            query,
            pad_sequence(tokens, batch_first=True),
            pad_sequence(padding, batch_first=True, padding_value=True),
        )

    def _warn_of_no_tracks(self) -> None:
        """Says once that the data has no tracks: without them nothing fails, nothing is learnt."""
        if self._has_warned:
            return
        self._has_warned = True
        print_log(
            f'{type(self).__name__} is given no instance tracks and starts from the learned query'
            ' alone. Name them (instance_masks_dir=DIR of the dataset) or, for testing, what finds'
            ' them (model.track_source.type=...).',
            'current',
            logging.WARNING,
        )

    def _chosen(self, tracks: InstanceMasks | None) -> ClipTracks | None:
        """The tracks to look at, in their order; None if there are none."""
        if tracks is None or not len(tracks) or not self.num_instances:
            return None
        return in_order(ClipTracks.filling(tracks).top(self.num_instances), self.order)

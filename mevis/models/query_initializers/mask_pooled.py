"""The query from what the frames show under each mask.

Shapes: T frames, K instances, L levels, C channels, h w feature cells.
"""

from collections.abc import Sequence
from math import ceil

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.query_initializers.base import ImageEncoder
from mevis.models.query_initializers.instance_query import InstanceQueryInitializer
from mevis.models.query_initializers.mask_pooling import cell_shares, pool_under
from mevis.registry import QUERY_INITIALIZERS
from mevis.structures import ClipTracks

_FRAMES_AT_A_TIME = 8
# Masks are laid over the frames in squares of this many pixels: the finest level a model can have.
_SQUARE = 4


class AppearancePooling(nn.Module):
    """Tokens of what the model's own levels show under the masks.

    Args:
        embed_dims: Channels C of levels and tokens.
        levels: Levels that give tokens, 0 being the finest that the model hands over.
    """

    def __init__(self, embed_dims: int, levels: Sequence[int]) -> None:
        super().__init__()
        self.levels = tuple(levels)
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Linear(embed_dims, embed_dims), nn.LayerNorm(embed_dims))
            for _ in self.levels
        )

    def forward(self, levels: Sequence[Tensor], tracks: ClipTracks) -> Tensor:
        """Pools.

        Args:
            levels: Levels of the clip, each (T, C, h, w).
            tracks: Its tracks.

        Returns:
            (K, T, L, C); of no meaning in frames without the track.
        """
        chosen = [levels[level] for level in self.levels]
        chunks = []
        for start in range(0, len(chosen[0]), _FRAMES_AT_A_TIME):
            part = slice(start, start + _FRAMES_AT_A_TIME)
            masks = _on_canvas(tracks, range(len(chosen[0]))[part]).to(chosen[0].device)
            pooled = [
                pool_under(level[part], cell_shares(masks, level.shape[-2:])) for level in chosen
            ]
            tokens = [layer(one) for layer, one in zip(self.projections, pooled, strict=True)]
            chunks.append(torch.stack(tokens, 2))
        return torch.cat(chunks).transpose(0, 1)


def _on_canvas(tracks: ClipTracks, frames: Sequence[int]) -> Tensor:
    """Masks (t, K, h, w) in [0, 1], laid over the padded frames in squares of four pixels."""
    inner, outer = (
        tuple(ceil(side / _SQUARE) for side in shape) for shape in (tracks.img_shape, tracks.canvas)
    )
    masks = torch.stack(
        [
            torch.stack([tracks.cover(k, frame, inner) for k in range(len(tracks))])
            for frame in frames
        ]
    )
    return F.pad(masks, (0, outer[1] - inner[1], 0, outer[0] - inner[0]))


@QUERY_INITIALIZERS.register_module()
class MaskPooledInstanceQueryInitializer(InstanceQueryInitializer):
    """Folds what the frames' own features show under the masks into the query.

    No further pass of the backbone: each instance gives one token per frame and level, the mean of
    the level under its mask.  Frames without the instance give no token.

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query and of the levels.
        levels: Levels that give tokens, 0 being the finest that the model hands over (stride 8 of
            MUTR, after its projection).
        num_instances: Use at most K tracks, those with the highest scores.
        order: See :func:`in_order`.
        num_heads: Attention heads of the block.
        feedforward_dims: Hidden channels of the block's FFN; four times C if None.
        dropout: Of the block.
    """

    def __init__(
        self,
        num_queries: int,
        embed_dims: int,
        levels: Sequence[int] = (0, 1, 2),
        num_instances: int = 10,
        order: str = 'score',
        num_heads: int = 8,
        feedforward_dims: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            num_queries, embed_dims, num_instances, order, num_heads, feedforward_dims, dropout
        )
        self.appearance = AppearancePooling(embed_dims, levels)

    def describe(
        self, levels: list[Tensor], tracks: ClipTracks, encode: ImageEncoder
    ) -> tuple[Tensor, Tensor]:
        """See the base class; S = T * L."""
        tokens = self.appearance(levels, tracks)
        absent = ~tracks.seen().to(tokens.device)
        padding = absent[..., None].expand(-1, -1, tokens.shape[2])
        return tokens.flatten(1, 2), padding.flatten(1)

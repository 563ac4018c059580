"""What each track does, before any sentence is known.

Shapes: B videos, K tracks, N steps, C channels.
"""

import torch
from torch import Tensor, nn

from mevis.models.layers import MLP, FeedForwardBlock, SelfAttentionBlock


class TrackEncoder(nn.Module):
    """Attention over the steps of a track, among the tracks at a step, and over the steps again.

    Args:
        embed_dims: Channels C.
        num_layers: Layers over the steps; between two of them lies one among the tracks.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels.
    """

    def __init__(
        self, embed_dims: int, num_layers: int, num_heads: int, feedforward_dims: int
    ) -> None:
        super().__init__()

        def layer() -> nn.ModuleList:
            attention = SelfAttentionBlock(embed_dims, num_heads)
            return nn.ModuleList((attention, FeedForwardBlock(embed_dims, feedforward_dims)))

        self.over_time = nn.ModuleList(layer() for _ in range(num_layers))
        self.among_tracks = nn.ModuleList(layer() for _ in range(num_layers - 1))

    def forward(self, tokens: Tensor, valid: Tensor) -> Tensor:
        """Encodes tracks.

        Args:
            tokens: (B, K, N, C).
            valid: (B, K, N) bool.

        Returns:
            (B, K, N, C); values at invalid steps are meaningless.
        """
        present = valid.any(-1)
        if not present.any():
            return torch.zeros_like(tokens)
        steps_mask = ~valid[present]
        tracks_mask = attention_padding(valid.transpose(1, 2).flatten(0, 1))
        x = tokens[present]
        for index, (attention, ffn) in enumerate(self.over_time):
            x = ffn(attention(x, key_padding_mask=steps_mask))
            if index < len(self.among_tracks):
                attention, ffn = self.among_tracks[index]
                y = self._spread(x, present).transpose(1, 2)
                z = ffn(attention(y.flatten(0, 1), key_padding_mask=tracks_mask))
                x = z.view_as(y).transpose(1, 2)[present]
        return self._spread(x, present)

    @staticmethod
    def _spread(x: Tensor, present: Tensor) -> Tensor:
        """(M, N, C), the tracks that exist -> (B, K, N, C)."""
        spread = x.new_zeros(*present.shape, *x.shape[1:])
        spread[present] = x
        return spread


class TokenProjection(nn.Module):
    """From features to channels.

    Args:
        in_dims: Features.
        embed_dims: Channels C.
    """

    def __init__(self, in_dims: int, embed_dims: int) -> None:
        super().__init__()
        self.mlp = MLP(in_dims, embed_dims, embed_dims, 2)
        self.norm = nn.LayerNorm(embed_dims)

    def forward(self, features: Tensor) -> Tensor:
        """Maps (..., F) to (..., C)."""
        return self.norm(self.mlp(features))


def attention_padding(valid: Tensor) -> Tensor:
    """(M, L) padding for attention; a row without anything valid attends to all, not to nothing.

    The softmax over nothing would be NaN; what comes of such rows is never looked at.
    """
    return ~valid & valid.any(-1, keepdim=True)


def mean_over_steps(x: Tensor, valid: Tensor) -> Tensor:
    """(B, K, N, C) -> (B, K, C), over the valid steps."""
    weights = valid[..., None].to(x)
    return torch.sum(x * weights, 2) / weights.sum(2).clamp(min=1)

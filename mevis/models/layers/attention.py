"""Attention and feed-forward blocks, post-norm where nothing else is asked for.

Shapes: B batch, L queries, S keys, C channels.  ``nn.MultiheadAttention`` is asked for no weights,
so that it runs on ``scaled_dot_product_attention`` and never holds an (L, S) matrix.
"""

from torch import Tensor, nn

from mevis.models.layers.dropout import Dropout
from mevis.models.layers.exporting import may_shortcut
from mevis.models.layers.feed_forward import feed_forward, feed_forward_and_norm


def _with_position(x: Tensor, position: Tensor | None) -> Tensor:
    return x if position is None else x + position


class AttentionBlock(nn.Module):
    """Attention, residual, LayerNorm.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        dropout: Of the attention weights and of the result.
        norm_first: Whether the input of the attention is normalised instead of the sum.
    """

    def __init__(
        self, embed_dims: int, num_heads: int, dropout: float = 0.0, norm_first: bool = False
    ) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.attn = nn.MultiheadAttention(embed_dims, num_heads, dropout=dropout, batch_first=True)
        self.dropout = Dropout(dropout)
        self.norm = nn.LayerNorm(embed_dims)

    def add(self, x: Tensor, attended: Tensor) -> Tensor:
        """What becomes of tokens and what they found, both (..., C)."""
        added = x + self.dropout(attended)
        return added if self.norm_first else self.norm(added)


class SelfAttentionBlock(AttentionBlock):
    """Self-attention, residual, LayerNorm; see :class:`AttentionBlock`."""

    def forward(
        self,
        x: Tensor,
        position: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
        attn_mask: Tensor | None = None,
    ) -> Tensor:
        """Attends within a sequence.

        Args:
            x: (B, L, C).
            position: Added to queries and keys, broadcastable to (B, L, C).
            key_padding_mask: (B, L) bool, True = padding.
            attn_mask: (B * heads, L, L) float, added to the scores.

        Returns:
            (B, L, C).
        """
        value = self.norm(x) if self.norm_first else x
        query = _with_position(value, position)
        attended = self.attn(
            query,
            query,
            value,
            key_padding_mask=key_padding_mask,
            attn_mask=attn_mask,
            need_weights=False,
        )[0]
        return self.add(x, attended)


class CrossAttentionBlock(AttentionBlock):
    """Cross-attention, residual, LayerNorm; see :class:`AttentionBlock`."""

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        position: Tensor | None = None,
        memory_position: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
    ) -> Tensor:
        """Attends to a memory.

        Args:
            x: (B, L, C).
            memory: (B, S, C).
            position: Added to the queries, broadcastable to (B, L, C).
            memory_position: Added to the keys, broadcastable to (B, S, C).
            key_padding_mask: (B, S) bool, True = padding.

        Returns:
            (B, L, C).
        """
        attended = self.attn(
            _with_position(self.norm(x) if self.norm_first else x, position),
            _with_position(memory, memory_position),
            memory,
            key_padding_mask=key_padding_mask,
            need_weights=False,
        )[0]
        return self.add(x, attended)


class FeedForwardBlock(nn.Module):
    """Two linear layers with a ReLU between, residual, LayerNorm.

    Args:
        embed_dims: Channels C.
        feedforward_dims: Hidden channels.
        dropout: Of the hidden layer and of the result.
        norm_first: Whether the input of the first layer is normalised instead of the sum.
    """

    def __init__(
        self,
        embed_dims: int,
        feedforward_dims: int,
        dropout: float = 0.0,
        norm_first: bool = False,
    ) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.linear1 = nn.Linear(embed_dims, feedforward_dims)
        self.linear2 = nn.Linear(feedforward_dims, embed_dims)
        self.dropout = Dropout(dropout)
        self.norm = nn.LayerNorm(embed_dims)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (..., C) to (..., C)."""
        if not self.norm_first and may_shortcut(self.training):
            return feed_forward_and_norm(x, self.linear1, self.linear2, self.norm)
        given = self.norm(x) if self.norm_first else x
        probability = self.dropout.p if self.dropout.training else 0.0
        found = feed_forward(given, self.linear1, self.linear2, probability)
        added = x + self.dropout(found)
        return added if self.norm_first else self.norm(added)

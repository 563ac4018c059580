"""How instances are folded into the query, one after another (paper, eq. 4)."""

import torch
from torch import Tensor, nn

from mevis.models.layers import CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock


class InstanceBlock(nn.Module):
    """Q_i = Block(Q_{i-1}, F_i): cross-attention, self-attention and FFN, shared by all instances.

    The last layer of each part starts at zero and nothing is normalised on the way of the residual,
    so that an untrained block hands its query through bit for bit.  In the first step of a training
    only these last layers have a gradient that is not zero; from the second step on, all have.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
        dropout: Everywhere.

    Source: MeViS challenge report (arXiv 2406.13939), Eq. 4.
    """

    def __init__(
        self, embed_dims: int, num_heads: int, feedforward_dims: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads, dropout, norm_first=True)
        self.self_attn = SelfAttentionBlock(embed_dims, num_heads, dropout, norm_first=True)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims, dropout, norm_first=True)
        last = (self.cross_attn.attn.out_proj, self.self_attn.attn.out_proj, self.ffn.linear2)
        for layer in last:
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, query: Tensor, tokens: Tensor, padding_mask: Tensor) -> Tensor:
        """Folds K instances into the query, in their order.

        Args:
            query: Q_0, (B, N, C).
            tokens: F_1 to F_K, (B, K, S, C).
            padding_mask: (B, K, S) bool, True = no token; an instance without any is passed over.

        Returns:
            Q_K, (B, N, C).
        """
        absent = padding_mask.all(-1)
        # Attention needs something to look at, also where its result is not used.
        padding_mask = padding_mask & ~absent[..., None]
        for i in range(tokens.shape[1]):
            updated = self.cross_attn(query, tokens[:, i], key_padding_mask=padding_mask[:, i])
            updated = self.ffn(self.self_attn(updated))
            query = torch.where(absent[:, i, None, None], query, updated)
        return query

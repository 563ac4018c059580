"""MTA: the sentence gathers what the whole clip shows, level after level."""

from torch import Tensor, nn

from mevis.models.layers import CrossAttentionBlock, FeedForwardBlock
from mevis.models.layers.folded_attention import folding_pays, gather, learning_folded_pays
from mevis.models.mutr.word_features import WordFeatures


class TemporalAggregation(nn.Module):
    """Multi-scale temporal aggregation.

    Words attend to the tokens of all frames of one level, then of the next, with one shared layer.
    The tokens carry no position: without ``time_codes`` they are a set.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.

    Source: MUTR, Sec. 3.2.
    """

    def __init__(self, embed_dims: int, num_heads: int, feedforward_dims: int) -> None:
        super().__init__()
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims)

    def forward(
        self,
        words: WordFeatures,
        levels: list[Tensor],
        masks: list[Tensor],
        time_codes: Tensor | None = None,
    ) -> Tensor:
        """Aggregates the clip into the words.

        Args:
            words: Words of the B expressions.
            levels: Unfused levels, each (B, T, C, h, w).
            masks: Their padding, each (B, T, h, w) bool, True = padding.
            time_codes: (B, T, C) added to the keys.

        Returns:
            Words, (B, L, C); token 0 is the sentence feature.
        """
        x = words.words
        for level, mask in zip(levels, masks, strict=True):
            tokens = level.permute(0, 1, 3, 4, 2)
            padding = mask.flatten(1)
            if time_codes is None and self._may_fold(x):
                query = x + words.position
                found = gather(self.cross_attn.attn, query, tokens.flatten(1, 3), padding)
                x = self.cross_attn.norm(x + found)
            else:
                code = None
                if time_codes is not None:
                    code = time_codes[:, :, None, None].expand_as(tokens).flatten(1, 3)
                flat = tokens.flatten(1, 3)
                x = self.cross_attn(x, flat, words.position, code, key_padding_mask=padding)
            x = self.ffn(x)
        return x

    def _may_fold(self, words: Tensor) -> bool:
        attention = self.cross_attn.attn
        learns = attention.dropout == 0 and learning_folded_pays(attention, words)
        return learns or folding_pays(attention, words.shape[1])

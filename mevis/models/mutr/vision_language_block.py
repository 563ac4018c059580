"""Frames and words looking at each other: the block of the cross-modal FPN.

Shapes: B clips, T frames, L words, C channels, (h, w) cells of a level, (h', w') of a reduced one.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.layers import CrossAttentionBlock, FeedForwardBlock
from mevis.models.layers.batch_items import batch_of, items_of
from mevis.models.layers.dropout import Dropout
from mevis.models.layers.dropped_attention import self_attention
from mevis.models.layers.exporting import has_padding
from mevis.models.layers.folded_attention import WordKernels, folding_pays, learning_folded_pays
from mevis.models.layers.row_chunks import over_rows
from mevis.models.mutr.word_features import WordFeatures


class VisionLanguageBlock(nn.Module):
    """Self-attention over all frames (on a reduced map), attention to words, FFN.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
        reduction: By how much the map is reduced for self-attention.
        dropout: Everywhere.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_dims: int,
        reduction: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.reduction = reduction
        self.self_attn = nn.MultiheadAttention(embed_dims, num_heads, dropout, batch_first=True)
        self.dropout = Dropout(dropout)
        self.norm = nn.LayerNorm(embed_dims)
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads, dropout)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims, dropout)

    def look_around(self, level: Tensor, position: Tensor, mask: Tensor) -> Tensor:
        """Self-attention over all frames; knows nothing of the words.

        Args:
            level: (B, T, C, h, w).
            position: Broadcastable to the level.
            mask: (B, T, h, w) bool, True = padding.

        Returns:
            (B, T, h, w, C).
        """
        attended = self.attend(self.reduced(level), self.reduced(position), mask)
        return self.add_attended(level, attended)

    def reduced(self, level: Tensor) -> Tensor:
        """Every n-th cell of a map (B, T, C, h, w): (B, T, h', w', C)."""
        if self.reduction > 1:
            size = self._small(level.shape[-2:])
            small = F.interpolate(level.flatten(0, 1), size=size, mode='nearest')
            level = small.unflatten(0, level.shape[:2])
        return level.permute(0, 1, 3, 4, 2)

    def _small(self, size: Sequence[int]) -> tuple[int, int]:
        return max(1, size[0] // self.reduction), max(1, size[1] // self.reduction)

    def attend(self, reduced: Tensor, position: Tensor, mask: Tensor) -> Tensor:
        """Self-attention over the reduced maps of all frames.

        Args:
            reduced: (B, T, h', w', C).
            position: Broadcastable to them.
            mask: (B, T, h, w) bool, True = padding, before it is reduced.

        Returns:
            (B, T, h', w', C).
        """
        query = (reduced + position).flatten(1, 3)
        padding = nearest_mask(mask, reduced.shape[2:4]).flatten(1) if has_padding(mask) else None
        attended = self_attention(self.self_attn, query, reduced.flatten(1, 3), padding)
        return attended.reshape(reduced.shape)

    def add_attended(self, level: Tensor, attended: Tensor) -> Tensor:
        """Adds what was attended to, enlarged, and norms.

        Args:
            level: (B, t, C, h, w).
            attended: (B, t, h', w', C).

        Returns:
            (B, t, h, w, C).
        """
        if self.reduction > 1:
            maps = attended.flatten(0, 1).permute(0, 3, 1, 2)
            large = F.interpolate(maps, size=level.shape[-2:], mode='bilinear', align_corners=False)
            attended = large.permute(0, 2, 3, 1).unflatten(0, level.shape[:2])
        return self.norm(level.permute(0, 1, 3, 4, 2) + self.dropout(attended))

    def look_at_words(self, tokens: Tensor, position: Tensor, words: WordFeatures) -> Tensor:
        """Each pixel by itself.

        Args:
            tokens: (B, t, h, w, C).
            position: (B, t, C, h, w), or (B, 1, C, h, w) for all frames.
            words: Words of the B expressions.

        Returns:
            (B, t, C, h, w), the channels of a pixel beside each other.
        """
        position = position.permute(0, 1, 3, 4, 2).expand(tokens.shape[0], -1, -1, -1, -1)
        if folding_pays(self.cross_attn.attn, words.words.shape[1]):
            found = self._look_folded(tokens.flatten(2, 3), position.flatten(2, 3), words)
        elif learning_folded_pays(self.cross_attn.attn, words.words):
            found = self._learn_folded(tokens.flatten(2, 3), position.flatten(2, 3), words)
        else:
            flat = self.cross_attn(
                tokens.flatten(1, 3),
                words.words,
                position.expand_as(tokens).flatten(1, 3),
                words.position,
                words.padding_mask,
            )
            found = self.ffn(flat)
        return found.reshape(tokens.shape).permute(0, 1, 4, 2, 3)

    def _look_folded(self, tokens: Tensor, position: Tensor, words: WordFeatures) -> Tensor:
        """The same for tokens (B, t, h*w, C) in inference, all in one pass over them."""
        kernels, norm = self._kernels(words), self.cross_attn.norm
        clips = []
        for index, (clip, places) in enumerate(zip(tokens, position, strict=True)):

            def look(pixels: Tensor, scores: Tensor, index: int = index) -> Tensor:
                found = kernels.attend(pixels, index, scores)
                return self.ffn(norm(found.add_(pixels)))

            scores = (places @ kernels.to_scores[index].t()).expand(len(clip), -1, -1)
            pairs = zip(clip, scores, strict=True)
            clips.append(torch.stack([over_rows(look, *pair) for pair in pairs]))
        return batch_of(clips)

    def _learn_folded(self, tokens: Tensor, position: Tensor, words: WordFeatures) -> Tensor:
        """The same for tokens (B, t, h*w, C) in training."""
        block, kernels, found = self.cross_attn, self._kernels(words), []
        clips = zip(items_of(tokens), items_of(position), strict=True)
        for index, (clip, places) in enumerate(clips):
            scores = (places @ kernels.to_scores[index].t()).expand(len(clip), -1, -1)
            pixels = clip.flatten(0, 1)
            found.append(kernels.attend(pixels, index, scores.flatten(0, 1), block.attn.dropout))
        return self.ffn(block.add(tokens.flatten(1, 2), batch_of(found)))

    def _kernels(self, words: WordFeatures) -> WordKernels:
        keys = words.words + words.position
        return WordKernels.of(self.cross_attn.attn, keys, words.words, words.padding_mask)


def nearest_mask(mask: Tensor, size: Sequence[int]) -> Tensor:
    """Padding (B, T, H, W) of the pixels, at a level's size (h, w)."""
    small = F.interpolate(mask.flatten(0, 1)[None].float(), size=size)[0].bool()
    return small.unflatten(0, mask.shape[:2])

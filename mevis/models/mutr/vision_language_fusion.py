"""Where words meet pixels for the first time."""

from functools import partial

import torch
from torch import Tensor, nn

from mevis.models.layers import sine_encoding_1d
from mevis.models.layers.batch_items import batch_of, items_of
from mevis.models.layers.folded_attention import WordKernels, folding_pays, learning_folded_pays
from mevis.models.layers.row_chunks import over_rows
from mevis.models.mutr.word_features import WordFeatures


class WordProjection(nn.Module):
    """Brings the text encoder's words to the model's width.

    Args:
        text_dims: Channels of the text encoder.
        embed_dims: Channels C of the model.
        dropout: Of the result.
    """

    def __init__(self, text_dims: int, embed_dims: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.linear = nn.Linear(text_dims, embed_dims)
        self.norm = nn.LayerNorm(embed_dims, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, words: Tensor, padding_mask: Tensor) -> WordFeatures:
        """Projects words.

        Args:
            words: (B, L, text_dims).
            padding_mask: (B, L) bool, True = padding.

        Returns:
            Words (B, L, C) with their positions.
        """
        projected = self.dropout(self.norm(self.linear(words)))
        position = sine_encoding_1d(padding_mask, projected.shape[-1]).to(projected)
        return WordFeatures(projected, padding_mask, position)


class VisionLanguageFusion(nn.Module):
    """Adds to each pixel what it finds among the words; one module for all levels.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.

    Source: MUTR, Sec. 3.1 (the early fusion of ReferFormer, added instead of multiplied).
    """

    def __init__(self, embed_dims: int, num_heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(embed_dims, num_heads, batch_first=True)

    def forward(self, level: Tensor, words: WordFeatures) -> Tensor:
        """Fuses one level.

        Args:
            level: (B, T, C, h, w).
            words: Words of the B expressions.

        Returns:
            (B, T, C, h, w).
        """
        tokens = level.permute(0, 1, 3, 4, 2)
        flat = tokens.flatten(1, 3)
        keys = words.words + words.position
        given = self.attn, keys, words.words, words.padding_mask
        if folding_pays(self.attn, keys.shape[1]):
            kernels = WordKernels.of(*given)
            found = torch.stack(
                [
                    over_rows(partial(kernels.attend, sentence=index), pixels)
                    for index, pixels in enumerate(flat)
                ]
            )
        elif learning_folded_pays(self.attn, keys):
            kernels = WordKernels.of(*given)
            attend = partial(kernels.attend, probability=self.attn.dropout)
            found = batch_of([attend(pixels, i) for i, pixels in enumerate(items_of(flat))])
        else:
            found = self.attn(
                flat, keys, words.words, key_padding_mask=words.padding_mask, need_weights=False
            )[0]
        return (flat + found).view(tokens.shape).permute(0, 1, 4, 2, 3)

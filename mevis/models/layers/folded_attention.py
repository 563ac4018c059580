"""Attention between many pixels and few words, without projecting the pixels.

Scores are linear in queries and in keys, results in values: what ``nn.MultiheadAttention`` projects
of every pixel is multiplied once with the words instead.  Rounding apart the result is the same.

Shapes: B sentences, N pixels, L words, M heads, C channels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from mevis.models.layers.dropout import dropout
from mevis.models.layers.exporting import may_shortcut
from mevis.models.layers.wide_linear import suits_wide


@dataclass(frozen=True)
class WordKernels:
    """What one attention module does with one set of words, as two matrices.

    Attributes:
        to_scores: (B, L*M, C); words first, so that a softmax over them runs along memory.
        score_bias: (B, L*M, 1), minus infinity at padding.
        to_result: (B, L*M, C).
        result_bias: (C,).
        num_words: Words L.
    """

    to_scores: Tensor
    score_bias: Tensor
    to_result: Tensor
    result_bias: Tensor
    num_words: int

    @classmethod
    def of(
        cls,
        attention: nn.MultiheadAttention,
        keys: Tensor,
        values: Tensor,
        padding_mask: Tensor | None,
    ) -> 'WordKernels':
        """Folds words into the projections.

        Args:
            attention: The module, with biases and one width for all that it is given.
            keys: (B, L, C).
            values: (B, L, C).
            padding_mask: (B, L) bool, True = padding.
        """
        heads = attention.num_heads
        w_query, w_key, w_value = attention.in_proj_weight.chunk(3)
        b_query, b_key, b_value = attention.in_proj_bias.chunk(3)
        key = linear(keys, w_key, b_key).unflatten(-1, (heads, -1))
        key = key * key.shape[-1] ** -0.5
        value = linear(values, w_value, b_value).unflatten(-1, (heads, -1))
        to_scores = torch.einsum('blmd,mdc->blmc', key, w_query.unflatten(0, (heads, -1)))
        bias = torch.einsum('blmd,md->blm', key, b_query.unflatten(0, (heads, -1)))
        if padding_mask is not None:
            bias = bias.masked_fill(padding_mask[..., None], -torch.inf)
        w_out = attention.out_proj.weight.unflatten(1, (heads, -1))
        to_result = torch.einsum('blmd,cmd->blmc', value, w_out)
        return cls(
            to_scores.flatten(1, 2),
            bias.flatten(1)[..., None],
            to_result.flatten(1, 2),
            attention.out_proj.bias,
            keys.shape[1],
        )

    def attend(
        self, pixels: Tensor, sentence: int, more: Tensor | None = None, probability: float = 0.0
    ) -> Tensor:
        """What some pixels find among the words of one sentence.

        Args:
            pixels: (N, C).
            sentence: Which of the B.
            more: Added to the scores, (N, L*M): those of a position, or None.
            probability: Of a weight to be dropped.

        Returns:
            (N, C).
        """
        scores = torch.addmm(self.score_bias[sentence], self.to_scores[sentence], pixels.t())
        if more is not None:
            scores += more.t()
        weights = scores.view(self.num_words, -1).softmax(0).view_as(scores)
        weights = dropout(weights, probability, probability > 0)
        return torch.addmm(self.result_bias, weights.t(), self.to_result[sentence])


def folding_pays(attention: nn.MultiheadAttention, num_words: int) -> bool:
    """Whether the words are few enough, and nothing is to be learnt or dropped."""
    return may_shortcut(attention.training) and _are_few(attention, num_words)


def learning_folded_pays(attention: nn.MultiheadAttention, keys: Tensor) -> bool:
    """The same for training, which was measured on a CPU alone; keys (B, L, C)."""
    learns = attention.training and not torch.compiler.is_exporting()
    return learns and suits_wide(keys) and _are_few(attention, keys.shape[1])


def _are_few(attention: nn.MultiheadAttention, num_words: int) -> bool:
    return attention.num_heads * num_words <= attention.embed_dim


def gather(
    attention: nn.MultiheadAttention, words: Tensor, pixels: Tensor, padding_mask: Tensor | None
) -> Tensor:
    """What words find among pixels, which are keys and values as they are.

    Args:
        attention: The module, with biases and one width for all that it is given.
        words: Queries, (B, L, C).
        pixels: (B, N, C).
        padding_mask: (B, N) bool, True = padding, or None.

    Returns:
        (B, L, C).
    """
    heads = attention.num_heads
    w_query, w_key, w_value = attention.in_proj_weight.chunk(3)
    b_query, _, b_value = attention.in_proj_bias.chunk(3)  # a key's bias shifts all scores alike
    query = linear(words, w_query, b_query).unflatten(-1, (heads, -1))
    query = query * query.shape[-1] ** -0.5
    probes = torch.einsum('blmd,mdc->bmlc', query, w_key.unflatten(0, (heads, -1)))
    scores = probes.flatten(1, 2) @ pixels.transpose(1, 2)
    if padding_mask is not None:
        scores = scores.masked_fill_(padding_mask[:, None], -torch.inf)
    found = (scores.softmax(-1) @ pixels).unflatten(1, (heads, -1))
    value = torch.einsum('bmlc,mdc->blmd', found, w_value.unflatten(0, (heads, -1)))
    return attention.out_proj((value + b_value.unflatten(0, (heads, -1))).flatten(2))

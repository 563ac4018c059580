"""Self-attention with dropout of its weights that, on a CPU, holds no matrix of all heads.

``scaled_dot_product_attention`` drops nothing on a CPU without holding scores, weights, noise and
what is left, all of them in the main memory and kept for the gradients.

Shapes: B batch, L queries, S keys, M heads, D channels of a head, C = M * D channels.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear

from mevis.models.layers.dropout import LEVELS, dropped_share, growth, keep_, kept
from mevis.models.layers.wide_linear import suits_wide


def self_attention(
    attention: nn.MultiheadAttention,
    query: Tensor,
    value: Tensor,
    padding_mask: Tensor | None = None,
) -> Tensor:
    """What ``attention(query, query, value)`` gives, a head at a time where it learns on a CPU.

    Args:
        attention: The module, ``batch_first`` and with one width for all that it is given.
        query: Queries and keys, (B, L, C).
        value: (B, L, C).
        padding_mask: (B, L) bool, True = padding.

    Returns:
        (B, L, C).
    """
    share = dropped_share(attention.dropout) if attention.training else 0
    plain = suits_wide(query) and attention.in_proj_bias is not None
    # With or without gradients: a checkpoint's two passes must drop the same.
    if share in (0, LEVELS) or not plain or torch.compiler.is_exporting():
        arguments = dict(key_padding_mask=padding_mask, need_weights=False)
        return attention(query, query, value, **arguments)[0]
    weights, biases = attention.in_proj_weight, attention.in_proj_bias
    width = attention.embed_dim
    asking = linear(query, weights[: 2 * width], biases[: 2 * width])
    given = linear(value, weights[2 * width :], biases[2 * width :])
    heads = (*asking.chunk(2, -1), given)
    heads = (x.unflatten(-1, (attention.num_heads, -1)).transpose(1, 2) for x in heads)
    found = _DroppedAttention.apply(*heads, padding_mask, share)
    return attention.out_proj(found.transpose(1, 2).flatten(2))


class _DroppedAttention(torch.autograd.Function):
    """Keeps queries, keys, values (B, M, ., D) and a byte of noise per weight."""

    @staticmethod
    @custom_fwd(device_type='cpu')
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, padding_mask: Tensor | None, share: int
    ) -> Tensor:
        shape = (query.shape[2], key.shape[2])
        result, masks = torch.empty_like(query), []
        for index in _heads(query):
            weights = _weights(query[index], key[index], padding_mask, index[0])
            masks.append(kept(shape, share))
            result[index] = keep_(weights, masks[-1]) @ value[index]
        ctx.growth = growth(share)
        ctx.save_for_backward(query, key, value, padding_mask, *masks)
        return result.mul_(ctx.growth)

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type='cpu')
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, padding_mask, *masks = ctx.saved_tensors
        by_query, by_key, by_value = map(torch.empty_like, (query, key, value))
        for index, mask in zip(_heads(query), masks, strict=True):
            weights = _weights(query[index], key[index], padding_mask, index[0])
            outer = gradient[index] * ctx.growth
            by_weights = keep_(outer @ value[index].t(), mask)
            by_scores = torch._softmax_backward_data(by_weights, weights, -1, weights.dtype)
            by_scores.mul_(query.shape[-1] ** -0.5)
            by_query[index], by_key[index] = by_scores @ key[index], by_scores.t() @ query[index]
            by_value[index] = keep_(weights, mask).t() @ outer
        return by_query, by_key, by_value, None, None


def _heads(x: Tensor) -> list[tuple[int, int]]:
    return [(item, head) for item in range(x.shape[0]) for head in range(x.shape[1])]


def _weights(query: Tensor, key: Tensor, padding_mask: Tensor | None, item: int) -> Tensor:
    """Of one head, (L, S)."""
    scores = (query * query.shape[-1] ** -0.5) @ key.t()
    if padding_mask is not None:
        if padding_mask[item].all():
            return torch.zeros_like(scores)
        scores.masked_fill_(padding_mask[item], -torch.inf)
    return scores.softmax(-1)

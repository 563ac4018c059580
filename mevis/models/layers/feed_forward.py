"""Two linear layers with a ReLU between, of which the wide hidden layer stays in the cache.

Shapes: N tokens, C channels, D hidden channels.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable

from mevis.models.layers.dropout import LEVELS, dropout, dropped_share, growth, keep_, kept
from mevis.models.layers.row_chunks import over_rows
from mevis.models.layers.wide_linear import multiply_rows, suits_wide, wide_linear

# Hidden rows of 2048 channels then take 8 MiB.
_ROWS = 1024


def feed_forward(
    tokens: Tensor, first: nn.Linear, second: nn.Linear, probability: float = 0.0
) -> Tensor:
    """``second(dropout(relu(first(tokens))))``.

    In training on a CPU the hidden layer is worked on a few tokens at a time, forwards and
    backwards, and kept once; its gradient never exists as a whole.

    Args:
        tokens: (..., C).
        first: C to D channels.
        second: D to C channels.
        probability: Of a hidden element to be dropped, 0 where nothing is learnt.
    """
    share = dropped_share(probability)
    learnt = torch.is_grad_enabled() and not torch.compiler.is_exporting()
    if not learnt or not suits_wide(tokens) or share == LEVELS:
        hidden = dropout(wide_linear(first, tokens).relu(), probability)
        return wide_linear(second, hidden)
    rows = tokens.reshape(-1, tokens.shape[-1])
    layers = first.weight, first.bias, second.weight, second.bias
    return _FeedForward.apply(rows, *layers, share).view(*tokens.shape[:-1], len(second.weight))


def feed_forward_and_norm(
    tokens: Tensor, first: nn.Linear, second: nn.Linear, norm: nn.Module | None
) -> Tensor:
    """Adds to tokens (..., C) what two linear layers with a ReLU between make of them, and norms.

    For inference: without dropout, and the hidden layer is worked on in place.
    """

    def rows_of(rows: Tensor) -> Tensor:
        added = wide_linear(second, wide_linear(first, rows).relu_()).add_(rows)
        return added if norm is None else norm(added)

    return over_rows(rows_of, tokens.reshape(-1, tokens.shape[-1])).view(tokens.shape)


class _FeedForward(torch.autograd.Function):
    """Keeps tokens, and what passed of the hidden layer: where that is positive, gradients pass."""

    @staticmethod
    @custom_fwd(device_type='cpu')
    def forward(
        ctx: Any,
        tokens: Tensor,
        weight1: Tensor,
        bias1: Tensor | None,
        weight2: Tensor,
        bias2: Tensor | None,
        share: int,
    ) -> Tensor:
        ctx.growth = growth(share)
        grown = weight2 * ctx.growth
        result = tokens.new_empty(len(tokens), len(weight2))
        passed = []
        for rows, part in zip(tokens.split(_ROWS), result.split(_ROWS), strict=True):
            hidden = multiply_rows(rows, weight1, bias1).relu_()
            if share:
                keep_(hidden, kept(hidden.shape, share))
            part.copy_(multiply_rows(hidden, grown, bias2))
            passed.append(hidden)
        ctx.save_for_backward(tokens, weight1, weight2, *passed)
        return result

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type='cpu')
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        tokens, weight1, weight2, *passed = ctx.saved_tensors
        by_tokens = torch.empty_like(tokens)
        by_weight1, by_weight2 = torch.zeros_like(weight1), torch.zeros_like(weight2)
        by_bias1 = weight1.new_zeros(len(weight1))
        back2, back1 = (weight2 * ctx.growth).t().contiguous(), weight1.t().contiguous()
        parts = zip(
            tokens.split(_ROWS), gradient.split(_ROWS), by_tokens.split(_ROWS), passed, strict=True
        )
        for rows, outer, inner, hidden in parts:
            by_weight2.addmm_(outer.t(), hidden)
            by_hidden = multiply_rows(outer, back2)
            torch.ops.aten.threshold_backward.grad_input(
                by_hidden, hidden, 0.0, grad_input=by_hidden
            )
            by_weight1.addmm_(by_hidden.t(), rows)
            by_bias1.add_(by_hidden.sum(0))
            inner.copy_(multiply_rows(by_hidden, back1))
        by_weight2.mul_(ctx.growth)
        by_bias2 = gradient.sum(0) if ctx.needs_input_grad[4] else None
        by_bias1 = by_bias1 if ctx.needs_input_grad[2] else None
        return by_tokens, by_weight1, by_bias1, by_weight2, by_bias2, None

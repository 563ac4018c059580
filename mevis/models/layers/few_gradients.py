"""Results of many queries, of which a loss looks at few.

The loss of a mask looks at the query that was matched; all others were computed to choose it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable

from mevis.models.layers.wide_linear import suits_wide


def few_gradients(
    function: Callable[..., Tensor],
    given: Sequence[Tensor | None],
    queries: Sequence[Tensor],
) -> Tensor:
    """``function(*given, *queries)`` with gradients by way of the queries that have any.

    In training on a CPU nothing inside of ``function`` is kept for the gradients; what has one is
    computed again.  Elsewhere it is a plain call.

    Args:
        function: Takes ``given`` and ``queries``, gives (B, N, ...), each query by itself.
        given: What all queries see, the first of them no None.
        queries: What each has of its own, (B, N, ...).
    """
    if not torch.is_grad_enabled() or torch.compiler.is_exporting() or not suits_wide(given[0]):
        return function(*given, *queries)
    return _FewGradients.apply(function, len(given), *given, *queries)


class _FewGradients(torch.autograd.Function):
    @staticmethod
    @custom_fwd(device_type='cpu')
    def forward(
        ctx: Any, function: Callable[..., Tensor], num_given: int, *inputs: Tensor | None
    ) -> Tensor:
        ctx.function, ctx.num_given = function, num_given
        ctx.save_for_backward(*inputs)
        return function(*inputs)

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type='cpu')
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        wanted = ctx.needs_input_grad[2:]
        (used,) = gradient.flatten(2).abs().sum((0, 2)).nonzero(as_tuple=True)
        inputs = [
            None if x is None else x.detach().requires_grad_(wants)
            for x, wants in zip(ctx.saved_tensors, wanted, strict=True)
        ]
        asked = [x for x, wants in zip(inputs, wanted, strict=True) if wants]
        if not len(used):
            found = iter([torch.zeros_like(x) for x in asked])
        else:
            with torch.enable_grad():
                of_used = [x[:, used] for x in inputs[ctx.num_given :]]
                result = ctx.function(*inputs[: ctx.num_given], *of_used)
            found = iter(torch.autograd.grad(result, asked, gradient[:, used]))
        return None, None, *(next(found) if wants else None for wants in wanted)

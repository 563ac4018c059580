"""ReLU and dropout in one, for the wide hidden layers of FFNs.

PyTorch keeps three tensors of that width for the gradients (the result of the ReLU, the noise and
the product) and draws a number of 32 bits per element, which takes as long as the linear layer.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

_LEVELS = 1 << 16


def relu_dropout(x: Tensor, probability: float, training: bool = True) -> Tensor:
    """``dropout(relu(x))``, keeping its result alone; on a CPU with noise of 16 bits.

    On a CPU an element is dropped with the multiple of 1/65536 nearest to ``probability``, and the
    others grow by what keeps the mean.

    Args:
        x: Any shape.
        probability: Of an element to be dropped, in [0, 1].
        training: Whether anything is dropped.
    """
    dropped = round(probability * _LEVELS) if training else 0
    if dropped == 0 or dropped == _LEVELS or x.device.type != 'cpu':
        return F.dropout(x.relu(), probability, training)
    return _ReluDropout.apply(x, dropped)


class _ReluDropout(torch.autograd.Function):
    """What passed is what is positive: the result tells where the gradient goes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dropped: int) -> Tensor:
        ctx.scale = _LEVELS / (_LEVELS - dropped)
        # Four numbers of 16 bits from one of 64.
        words = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(1 << 63), None)
        noise = words.view(torch.int16)[: x.numel()].view(x.shape)
        result = x.relu().masked_fill_(noise < dropped - _LEVELS // 2, 0.0).mul_(ctx.scale)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (result,) = ctx.saved_tensors
        passed = torch.ops.aten.threshold_backward(gradient, result, 0.0)
        return passed.mul_(ctx.scale), None

"""Dropout that, on a CPU, draws a number of 16 bits per element.

PyTorch draws one of 32 bits there, on one thread, which takes longer than a linear layer of 256
channels.  Four at a time take a quarter of that.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

LEVELS = 1 << 16


def kept(shape: Sequence[int], share: int) -> Tensor:
    """What is kept of a tensor on a CPU: uint8, 0 with the probability ``share / LEVELS``, else 1.

    PyTorch's loops over bool are several times as slow as those over numbers.
    """
    count = math.prod(shape)
    # Four numbers of 16 bits from one of 64.
    words = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(1 << 63), None)
    numbers = words.view(torch.int16)[:count].view(tuple(shape))
    return numbers.ge_(share - LEVELS // 2).to(torch.uint8)


def keep_(x: Tensor, which: Tensor) -> Tensor:
    """Sets in place to 0 what :func:`kept` does not keep."""
    return x.mul_(which.to(x.dtype))


def dropped_share(probability: float) -> int:
    """The multiple of ``1 / LEVELS`` nearest to a probability in [0, 1]."""
    return round(probability * LEVELS)


def growth(share: int) -> float:
    """By what the rest grows, which keeps the mean."""
    return LEVELS / (LEVELS - share)


def dropout(x: Tensor, probability: float, training: bool = True) -> Tensor:
    """Drops elements and lets the others grow.

    On a CPU an element is dropped with the multiple of 1/65536 nearest to ``probability``.

    Args:
        x: Any shape.
        probability: Of an element to be dropped, in [0, 1].
        training: Whether anything is dropped.
    """
    share = dropped_share(probability)
    if not training or share in (0, LEVELS) or x.device.type != 'cpu':
        return F.dropout(x, probability, training)
    return _Dropout.apply(x, kept(x.shape, share), growth(share))


class Dropout(nn.Dropout):
    """``nn.Dropout`` by way of :func:`dropout`."""

    def forward(self, input: Tensor) -> Tensor:
        """Drops elements of a tensor of any shape."""
        return dropout(input, self.p, self.training)


class _Dropout(torch.autograd.Function):
    """Keeps a byte per element for the gradients, where PyTorch keeps four."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, which: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(which)
        ctx.scale = scale
        return keep_(x * scale, which)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (which,) = ctx.saved_tensors
        return keep_(gradient * ctx.scale, which), None, None

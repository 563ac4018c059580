"""Dropout that, on a CPU, takes as long as reading what it drops from.

PyTorch draws a number of 32 bits per element there, one thread alone, which takes as long as a
linear layer.  Numbers of 16 bits from numpy's fastest generator take a tenth of that.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

LEVELS = 1 << 16


class Noise:
    """What is dropped of tensors on a CPU, one after another; PyTorch's seed decides."""

    def __init__(self) -> None:
        seed = int(torch.randint(1 << 62, ()))
        self._generator = np.random.Generator(np.random.SFC64(seed))

    def dropped(self, shape: Sequence[int], share: int) -> Tensor:
        """Bool tensor of a shape, True with the probability ``share / LEVELS``."""
        count = int(np.prod(shape))
        if count == 0:
            return torch.zeros(*shape, dtype=torch.bool)
        # Four numbers of 16 bits from one of 64.
        words = self._generator.integers(-(1 << 63), 1 << 63, size=-(-count // 4), dtype=np.int64)
        numbers = torch.from_numpy(words).view(torch.int16)[:count].view(tuple(shape))
        return numbers < share - LEVELS // 2


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
    return _Dropout.apply(x, Noise().dropped(x.shape, share), growth(share))


class Dropout(nn.Dropout):
    """``nn.Dropout`` by way of :func:`dropout`."""

    def forward(self, input: Tensor) -> Tensor:
        """Drops elements of a tensor of any shape."""
        return dropout(input, self.p, self.training)


class _Dropout(torch.autograd.Function):
    """Keeps a byte per element for the gradients, where PyTorch keeps four."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dropped: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(dropped)
        ctx.scale = scale
        return (x * scale).masked_fill_(dropped, 0.0)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (dropped,) = ctx.saved_tensors
        return (gradient * ctx.scale).masked_fill_(dropped, 0.0), None, None

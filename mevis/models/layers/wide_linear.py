"""Linear layers on many tokens, on a CPU by way of oneDNN.

PyTorch gives float32 linear layers to MKL, which on processors of other makers than its own uses
half of the vector width (measured: 93 of 230 GFLOP/s on one core of an AMD EPYC with AVX-512).
1x1 convolutions over 16 maps or more go to oneDNN and compute the same.  Gradients by the weight
stay with MKL: oneDNN's take two to three times as long for channels beside each other.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable

_LEAST_ROWS = 256
_MAPS = range(16, 65)


def wide_linear(layer: nn.Linear, x: Tensor) -> Tensor:
    """What ``layer`` makes of tokens (..., C): (..., D)."""
    rows = x.numel() // max(1, x.shape[-1])
    if torch.compiler.is_exporting() or rows < _LEAST_ROWS or not suits_wide(x):
        return layer(x)
    flat = x.reshape(rows, -1)
    if torch.is_grad_enabled():
        result = _WideLinear.apply(flat, layer.weight, layer.bias)
    else:
        result = multiply_rows(flat, layer.weight, layer.bias)
    return result.view(*x.shape[:-1], -1)


def multiply_rows(rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear`` for rows (N, C) float32 on a CPU, without gradients."""
    maps = next((count for count in _MAPS if len(rows) % count == 0), None)
    if len(rows) < _LEAST_ROWS:
        return F.linear(rows, weight, bias)
    if maps is None:
        most = len(rows) - len(rows) % _MAPS[0]
        whole = multiply_rows(rows[:most], weight, bias)
        return torch.cat((whole, F.linear(rows[most:], weight, bias)))
    images = rows.reshape(maps, len(rows) // maps, 1, -1).permute(0, 3, 1, 2)
    result = F.conv2d(images, weight[:, :, None, None], bias)
    return result.permute(0, 2, 3, 1).reshape(len(rows), -1)


def suits_wide(x: Tensor) -> bool:
    """Whether oneDNN would take a tensor, and without changing its precision."""
    plain = x.device.type == 'cpu' and x.dtype == torch.float32
    return plain and torch.backends.mkldnn.is_available() and not torch.is_autocast_enabled('cpu')


class _WideLinear(torch.autograd.Function):
    """Both products forwards by oneDNN, the third by MKL."""

    @staticmethod
    @custom_fwd(device_type='cpu')
    def forward(ctx: Any, rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(rows, weight)
        return multiply_rows(rows, weight, bias)

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type='cpu')
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight = ctx.saved_tensors
        by_rows, by_weight, by_bias = ctx.needs_input_grad
        return (
            multiply_rows(gradient, weight.t().contiguous()) if by_rows else None,
            gradient.t() @ rows if by_weight else None,
            gradient.sum(0) if by_bias else None,
        )

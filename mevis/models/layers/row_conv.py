"""Convolutions of maps whose channels lie beside each other, with faster gradients on a CPU.

oneDNN's gradient by the weight reaches a quarter of the processor's speed there.  Seen as rows of
channels, a map moved by a pixel is the same rows from another one on, so the gradient of each of
the kernel's places is one product of matrices.

Shapes: B images, C channels in, D channels out, (h, w) pixels.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable

from mevis.models.layers.wide_linear import suits_wide
from mevis.registry import MODELS


def row_conv2d(x: Tensor, weight: Tensor, bias: Tensor | None, padding: tuple[int, int]) -> Tensor:
    """``F.conv2d`` of stride 1.

    Args:
        x: (B, C, h, w).
        weight: (D, C, i, j).
        bias: (D,) or None.
        padding: Pixels of zeros on each side, (vertical, horizontal).
    """
    keeps_size = all(
        2 * pad + 1 == size for pad, size in zip(padding, weight.shape[2:], strict=True)
    )
    has_rows = x.is_contiguous(memory_format=torch.channels_last) and suits_wide(x)
    if torch.is_grad_enabled() and keeps_size and has_rows and not torch.compiler.is_exporting():
        return _RowConv.apply(x, weight, bias)
    return F.conv2d(x, weight, bias, padding=padding)


@MODELS.register_module()
class RowConv2d(nn.Conv2d):
    """``nn.Conv2d``, by way of :func:`row_conv2d` with stride 1, undilated and ungrouped."""

    def forward(self, input: Tensor) -> Tensor:
        """Maps (B, C, h, w) to (B, D, h', w')."""
        plain = self.padding_mode == 'zeros' and self.groups == 1
        if not plain or isinstance(self.padding, str) or {*self.stride, *self.dilation} != {1}:
            return super().forward(input)
        return row_conv2d(input, self.weight, self.bias, self.padding)


class _RowConv(torch.autograd.Function):
    @staticmethod
    @custom_fwd(device_type='cpu')
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, bias, padding=_padding(weight))

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type='cpu')
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        by_x, by_weight, by_bias = ctx.needs_input_grad
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        given = None
        if by_x:
            # A convolution too, with the kernel turned round.
            turned = weight.flip(2, 3).transpose(0, 1)
            given = F.conv2d(gradient, turned, padding=_padding(weight))
        return (
            given,
            _gradient_by_weight(x, gradient, weight) if by_weight else None,
            gradient.sum((0, 2, 3)) if by_bias else None,
        )


def _padding(weight: Tensor) -> tuple[int, int]:
    return weight.shape[2] // 2, weight.shape[3] // 2


def _gradient_by_weight(x: Tensor, gradient: Tensor, weight: Tensor) -> Tensor:
    """An image at a time; like the weight (D, C, i, j)."""
    down, right = _padding(weight)
    height, width = x.shape[2:]
    products = weight.new_zeros(*weight.shape[2:], *weight.shape[:2])
    # The image in a frame of zeros, and the gradient on the same lines: what lies beyond is zero
    # and adds nothing.
    framed = x.new_zeros(height + 2 * down, width + 2 * right, x.shape[1])
    outer = x.new_zeros(*framed.shape[:2], gradient.shape[1])
    rows, outer_rows = framed.flatten(0, 1), outer.flatten(0, 1).t()
    for image, change in zip(x.permute(0, 2, 3, 1), gradient.permute(0, 2, 3, 1), strict=True):
        framed[down : down + height, right : right + width] = image
        outer[:height, :width] = change
        for i, products_of_line in enumerate(products):
            for j, product in enumerate(products_of_line):
                start = i * framed.shape[1] + j
                product.addmm_(outer_rows[:, : len(rows) - start], rows[start:])
    return products.permute(2, 3, 0, 1)

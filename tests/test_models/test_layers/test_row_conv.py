"""Gradients of a convolution by products of matrices."""

import pytest
import torch
from torch import nn

from mevis.models.layers.row_conv import RowConv2d


@pytest.mark.parametrize('kernel', [(1, 1), (3, 3), (3, 5)])
@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize('order', [torch.channels_last, torch.contiguous_format])
def test_it_is_the_convolution(kernel, bias, order):
    torch.manual_seed(0)
    padding = (kernel[0] // 2, kernel[1] // 2)
    layer = RowConv2d(6, 5, kernel, padding=padding, bias=bias)
    x = torch.randn(2, 6, 7, 4).contiguous(memory_format=order).requires_grad_()
    outer = torch.randn(2, 5, 7, 4)
    got, wanted = layer(x), nn.Conv2d.forward(layer, x)
    torch.testing.assert_close(got, wanted)
    inputs = [x, *layer.parameters()]
    pairs = zip(*(torch.autograd.grad(y, inputs, outer) for y in (got, wanted)), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_other_paddings_are_left_to_pytorch():
    layer = RowConv2d(4, 4, 3)
    x = torch.randn(1, 4, 6, 6).contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer(x), nn.Conv2d.forward(layer, x))


def test_what_needs_no_gradient_gets_none():
    layer = RowConv2d(4, 4, 3, padding=1)
    layer.weight.requires_grad_(False)
    x = torch.randn(1, 4, 6, 6).contiguous(memory_format=torch.channels_last)
    layer(x).sum().backward()
    assert layer.weight.grad is None
    assert torch.equal(layer.bias.grad, torch.full((4,), 36.0))


@pytest.mark.parametrize(
    'arguments',
    [
        dict(padding=1, padding_mode='reflect'),
        dict(padding=1, stride=2),
        dict(padding=1, dilation=2),
        dict(padding=1, groups=2),
        dict(padding='same'),
    ],
    ids=lambda arguments: list(arguments)[-1],
)
def test_other_convolutions_are_left_to_pytorch(arguments):
    layer = RowConv2d(4, 4, 3, **arguments)
    x = torch.randn(1, 4, 6, 6).contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer(x), nn.Conv2d.forward(layer, x))


def test_gradients_are_asked_for_under_autocast():
    layer = RowConv2d(4, 4, 3, padding=1)
    x = torch.randn(1, 4, 6, 6).contiguous(memory_format=torch.channels_last)
    gradients = []
    for enabled in (False, True):
        result = layer(x)
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
            gradients.append(torch.autograd.grad(result.sum(), layer.weight)[0])
    assert torch.equal(*gradients)

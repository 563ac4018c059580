"""Another way to the same product."""

import pytest
import torch
from torch import nn

from mevis.models.layers.wide_linear import wide_linear


@pytest.mark.parametrize('shape', [(4, 5), (2, 200, 5), (1, 257, 5), (7, 3, 40, 5), (512, 5)])
@pytest.mark.parametrize('bias', [True, False])
def test_it_is_the_linear_layer(shape, bias):
    torch.manual_seed(0)
    layer = nn.Linear(5, 3, bias=bias)
    one, other = (torch.linspace(-1, 2, torch.Size(shape).numel()).view(shape) for _ in range(2))
    one.requires_grad_()
    other.requires_grad_()
    got, wanted = wide_linear(layer, one), layer(other)
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-6)
    weights = torch.arange(wanted.numel()).view_as(wanted).cos()
    gradients = []
    for result, given in ((got, one), (wanted, other)):
        layer.zero_grad()
        (result * weights).sum().backward()
        gradients.append([given.grad, *(p.grad.clone() for p in layer.parameters())])
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second, rtol=1e-4, atol=1e-4)


def test_it_follows_autocast_and_double_precision():
    layer, x = nn.Linear(4, 3), torch.rand(512, 4)
    assert wide_linear(layer.double(), x.double()).dtype == torch.float64
    layer.float()
    with torch.autocast('cpu', torch.bfloat16):
        assert wide_linear(layer, x).dtype == torch.bfloat16


def test_gradients_are_asked_for_under_autocast():
    layer, x = nn.Linear(4, 3), torch.rand(512, 4)
    gradients = []
    for enabled in (False, True):
        result = wide_linear(layer, x)
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
            gradients.append(torch.autograd.grad(result.sum(), layer.weight)[0])
    assert torch.equal(*gradients)

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mevis.models.layers.row_conv import RowConv2d
from mevis.models.mutr.dynamic_mask_head import DynamicMaskHead


def head_and_inputs():
    torch.manual_seed(0)
    head = DynamicMaskHead(8, 4, head_dims=3)
    features, queries = torch.randn(2, 3, 4, 5, 6), torch.randn(2, 2, 8)
    references, sizes = torch.rand(2, 3, 2, 2), torch.tensor([[20, 24], [17, 22]])
    return head, features, queries, references, sizes


@torch.no_grad()
def test_it_is_three_convolutions_on_features_and_relative_pixels():
    """Written out as CondInst does: one grouped convolution per query and frame."""
    head, features, queries, references, sizes = head_and_inputs()
    kernels = head.kernels(queries)
    got = head(features, kernels, references, sizes)
    assert got.shape == (2, 3, 2, 5, 6)
    for b in range(2):
        for t in range(3):
            for n in range(2):
                x, y = references[b, t, n] * sizes[b].flip(0)
                grid_y = torch.arange(5.0)[:, None].expand(5, 6) * 4 + 2
                grid_x = torch.arange(6.0)[None].expand(5, 6) * 4 + 2
                maps = torch.cat((features[b, t], torch.stack((x - grid_x, y - grid_y))))[None]
                for index, (weight, bias) in enumerate(kernels):
                    maps = F.conv2d(maps, weight[b, n][..., None, None], bias[b, n])
                    maps = maps.relu() if index < 2 else maps
                torch.testing.assert_close(got[b, t, n], maps[0, 0], rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_a_scale_of_coordinates_is_pixels_in_another_unit():
    head, features, queries, references, sizes = head_and_inputs()
    small = DynamicMaskHead(8, 4, head_dims=3, coordinate_scale=0.5)
    small.load_state_dict(head.state_dict())
    kernels = small.kernels(queries)
    (weight, bias), *others = head.kernels(queries)
    halved = torch.cat((weight[..., :-2], weight[..., -2:] * 0.5), -1)
    torch.testing.assert_close(
        small(features, kernels, references, sizes),
        head(features, [(halved, bias), *others], references, sizes),
    )


@pytest.mark.parametrize('bias', [True, False])
@torch.no_grad()
def test_the_convolution_before_is_folded_into_the_first_layer(bias):
    head, _, queries, references, sizes = head_and_inputs()
    convolution = nn.Conv2d(6, 4, 3, padding=1, bias=bias)
    level = torch.randn(2, 3, 6, 5, 6)
    kernels = head.kernels(queries)
    features = convolution(level.flatten(0, 1)).unflatten(0, (2, 3))
    torch.testing.assert_close(
        head.draw_before(convolution, level, kernels, references, sizes),
        head(features, kernels, references, sizes),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize('bias', [True, False])
def test_gradients_of_few_queries_are_those_of_all(bias):
    head, _, queries, references, sizes = head_and_inputs()
    convolution = RowConv2d(6, 4, 3, padding=1, bias=bias)
    level, references = torch.randn(2, 3, 6, 5, 6), references.requires_grad_()
    given = [level.requires_grad_(), queries.requires_grad_(), references]
    given += [*convolution.parameters(), *head.parameters()]
    features = convolution(level.flatten(0, 1)).unflatten(0, (2, 3))
    plain = head(features, head.kernels(queries), references, sizes)
    found = head.draw_before(convolution, level, head.kernels(queries), references, sizes)
    weights = torch.randn(2, 3, 5, 6)
    for pair in zip(
        torch.autograd.grad((found[:, :, 1] * weights).sum(), given),
        torch.autograd.grad((plain[:, :, 1] * weights).sum(), given),
        strict=True,
    ):
        torch.testing.assert_close(*pair, rtol=1e-3, atol=1e-3)

"""The module gives what mmcv's gives, in inference and in training."""

import pytest
import torch
from torch import nn

from mevis.models.layers import TableDeformableAttention
from mevis.models.layers.deformable_attention import MultiScaleDeformableAttention
from mevis.registry import MODELS

SHAPES = torch.tensor([[5, 4], [3, 2], [1, 1]])
CELLS = 27


@pytest.fixture
def layer() -> TableDeformableAttention:
    torch.manual_seed(0)
    attention = MODELS.build(
        dict(
            type='TableDeformableAttention',
            embed_dims=32,
            num_heads=4,
            num_levels=3,
            batch_first=True,
        )
    ).eval()
    nn.init.normal_(attention.sampling_offsets.weight)
    nn.init.normal_(attention.attention_weights.weight)
    assert isinstance(attention, TableDeformableAttention)
    return attention


@pytest.mark.parametrize('padding', [False, True])
@pytest.mark.parametrize('given', ['value', 'identity', 'nothing'])
def test_the_module_is_mmcv_s(layer, padding, given):
    generator = torch.Generator().manual_seed(1)
    query, position, other = torch.rand(3, 2, CELLS, 32, generator=generator)
    arguments = dict(
        query_pos=position,
        reference_points=torch.rand(2, CELLS, 3, 2, generator=generator),
        spatial_shapes=SHAPES,
        level_start_index=torch.tensor([0, 20, 26]),
    )
    if given != 'nothing':
        arguments[given] = other
    if padding:
        arguments['key_padding_mask'] = torch.rand(2, CELLS, generator=generator) > 0.7
    theirs = MultiScaleDeformableAttention.forward(layer, query, **arguments)
    ours = layer(query, **arguments)
    torch.testing.assert_close(ours, theirs)
    assert not torch.equal(ours, theirs), 'the table was not used'
    gradients = [torch.autograd.grad(x.cos().sum(), layer.parameters()) for x in (ours, theirs)]
    for got, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)
    with torch.no_grad():
        assert torch.equal(layer(query, **arguments), ours)


def test_it_trains_under_autocast(layer):
    query = torch.rand(2, CELLS, 32, requires_grad=True)
    arguments = dict(reference_points=torch.rand(2, CELLS, 3, 2), spatial_shapes=SHAPES)
    with torch.autocast('cpu', torch.bfloat16):
        result = layer(query, **arguments)
    result.float().sum().backward()
    assert query.grad.isfinite().all()
    assert query.grad.any()


def test_reference_boxes_are_left_to_mmcv(layer):
    query, boxes = torch.rand(2, CELLS, 32), torch.rand(2, CELLS, 3, 4)
    arguments = dict(reference_points=boxes, spatial_shapes=SHAPES)
    with torch.no_grad():
        expected = MultiScaleDeformableAttention.forward(layer, query, **arguments)
        assert torch.equal(layer(query, **arguments), expected)

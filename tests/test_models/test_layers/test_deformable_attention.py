"""The table gives what mmcv's sampling gives, beyond the borders and in every precision."""

import pytest
import torch
from torch import nn

from mevis.models.layers import TableDeformableAttention
from mevis.models.layers.deformable_attention import MultiScaleDeformableAttention, sample_table
from mevis.registry import MODELS

SHAPES = torch.tensor([[5, 4], [3, 2], [1, 1]])
CELLS = 27


def inputs(spread: float, dtype: torch.dtype = torch.float64) -> tuple:
    generator = torch.Generator().manual_seed(0)
    batch, queries, heads, points = 2, 6, 3, 4

    def random(*size: int) -> torch.Tensor:
        return torch.rand(size, generator=generator, dtype=dtype)

    value = random(batch, CELLS, heads, 5)
    locations = 0.5 + (random(batch, queries, heads, 3, points, 2) - 0.5) * spread
    return value, SHAPES, locations, random(batch, queries, heads, 3, points)


def sample_as_mmcv(*given: torch.Tensor) -> torch.Tensor:
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    return multi_scale_deformable_attn_pytorch(*given)


@pytest.mark.parametrize('spread', [0.8, 2.0, 40.0], ids=['inside', 'borders', 'far outside'])
def test_it_samples_as_mmcv_does(spread):
    given = inputs(spread)
    expected = sample_as_mmcv(*given)
    assert spread > 30 or expected.abs().min() > 0
    torch.testing.assert_close(sample_table(*given), expected)


@pytest.mark.parametrize('edge', [-0.5, 0.0, 0.5, 3.5, 4.0, 4.5, 5.0])
def test_places_on_the_border_are_mmcv_s(edge):
    value, shapes, locations, weights = inputs(1.0)
    locations = torch.full_like(locations, edge) / shapes[0, 1]
    expected = sample_as_mmcv(value, shapes, locations, weights)
    torch.testing.assert_close(sample_table(value, shapes, locations, weights), expected)


def test_a_nan_stays_one_and_harms_no_neighbour():
    value, shapes, locations, weights = inputs(1.0, torch.float32)
    expected = sample_table(value, shapes, locations, weights)
    locations[0, 0, 0, 0, 0] = torch.nan
    weights[0, 0, 0] = torch.nan
    got = sample_table(value, shapes, locations, weights)
    assert got[0, 0, :5].isnan().all()
    assert torch.equal(got[:, 1:], expected[:, 1:])


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
    expected = layer(query, **arguments)
    assert expected.requires_grad
    with torch.no_grad():
        got = layer(query, **arguments)
        theirs = MultiScaleDeformableAttention.forward(layer, query, **arguments)
    torch.testing.assert_close(got, expected.detach())
    assert torch.equal(theirs, expected.detach())
    assert not torch.equal(theirs, got), 'the table was not used'


def test_reference_boxes_are_left_to_mmcv(layer):
    query, boxes = torch.rand(2, CELLS, 32), torch.rand(2, CELLS, 3, 4)
    arguments = dict(reference_points=boxes, spatial_shapes=SHAPES)
    with torch.no_grad():
        expected = MultiScaleDeformableAttention.forward(layer, query, **arguments)
        assert torch.equal(layer(query, **arguments), expected)

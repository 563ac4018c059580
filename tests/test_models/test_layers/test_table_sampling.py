"""The table gives what mmcv's sampling gives, beyond the borders and in every precision."""

import pytest
import torch

from mevis.models.layers.table_sampling import sample_maps, sample_table

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


def gradients(sample, value, shapes, locations, weights) -> list[torch.Tensor]:
    inputs = [x.clone().requires_grad_() for x in (value, locations, weights)]
    result = sample(inputs[0], shapes, *inputs[1:])
    outer = torch.arange(result.numel(), dtype=result.dtype).view_as(result).cos()
    return [result, *torch.autograd.grad(result, inputs, outer)]


@pytest.mark.parametrize('spread', [0.8, 2.0, 40.0], ids=['inside', 'borders', 'far outside'])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_its_gradients_are_mmcv_s(spread, dtype):
    given = inputs(spread, dtype)
    both = gradients(sample_maps, *given), gradients(sample_as_mmcv, *given)
    for got, expected in zip(*both, strict=True):
        assert spread > 30 or expected.any()
        torch.testing.assert_close(got, expected)


@pytest.mark.parametrize('cell', [-1.0, 0.0, 3.0, 4.0])
def test_gradients_of_places_on_cells_are_mmcv_s(cell):
    """Initial offsets are whole cells, up to the border of zeros; such sizes are exact."""
    shapes = torch.tensor([[4, 4], [2, 4], [1, 2]])
    value, _, locations, weights = inputs(1.0)
    locations = (torch.full_like(locations, cell) + 0.5) / shapes.flip(1)[:, None]
    given = value[:, : int(shapes.prod(1).sum())], shapes, locations, weights
    both = gradients(sample_maps, *given), gradients(sample_as_mmcv, *given)
    for got, expected in zip(*both, strict=True):
        torch.testing.assert_close(got, expected)


def test_training_keeps_the_inputs_alone():
    value, _, locations, weights = inputs(1.0)
    kept = []

    def keep(x: torch.Tensor) -> torch.Tensor:
        kept.append(x)
        return x

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
        sample_maps(value, SHAPES, locations.requires_grad_(), weights)
    assert [x.shape for x in kept] == [x.shape for x in (value, SHAPES, locations, weights)]

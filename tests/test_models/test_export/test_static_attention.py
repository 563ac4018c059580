import pytest
import torch
from mmcv.ops import MultiScaleDeformableAttention

from mevis.models.export.static_attention import StaticDeformableAttention

SHAPES = [(5, 7), (3, 4)]


@pytest.fixture
def source():
    torch.manual_seed(0)
    module = MultiScaleDeformableAttention(16, 4, 2, 3, batch_first=True).eval()
    torch.nn.init.normal_(module.sampling_offsets.weight)
    torch.nn.init.normal_(module.attention_weights.weight)
    return module


@pytest.mark.parametrize('box', [2, 4])
@torch.no_grad()
def test_it_is_the_attention_of_mmcv(source, box):
    torch.manual_seed(1)
    query, position = torch.randn(2, 9, 16), torch.randn(2, 9, 16)
    value = torch.randn(2, 47, 16)
    points = torch.rand(2, 9, 2, box)
    arguments = dict(value=value, query_pos=position, reference_points=points)
    expected = source(
        query,
        spatial_shapes=torch.tensor(SHAPES),
        level_start_index=torch.tensor([0, 35]),
        **arguments,
    )
    found = StaticDeformableAttention(source, SHAPES)(query, **arguments)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_another_order_of_dimensions_is_refused():
    with pytest.raises(ValueError, match='batch_first'):
        StaticDeformableAttention(MultiScaleDeformableAttention(16, 4, 2, 3), SHAPES)

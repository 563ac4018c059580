import torch

from mevis.models.mutr.level_projection import LevelProjection


def test_four_levels_of_which_the_last_is_made():
    projection = LevelProjection([8, 16, 32], 16)
    levels = [torch.randn(2, 3, c, 12 // 2**i, 20 // 2**i) for i, c in enumerate((8, 16, 32))]
    projected = projection(levels)
    sizes = [(12, 20), (6, 10), (3, 5), (2, 3)]
    assert [tuple(level.shape) for level in projected] == [(2, 3, 16, *size) for size in sizes]


def test_stride_64_comes_from_the_raw_map():
    projection = LevelProjection([8, 16, 32], 16)
    levels = [torch.randn(1, 1, c, 8 // 2**i, 8 // 2**i) for i, c in enumerate((8, 16, 32))]
    before = projection(levels)[3]
    torch.nn.init.zeros_(projection.projections[2][0].weight)
    torch.testing.assert_close(projection(levels)[3], before)

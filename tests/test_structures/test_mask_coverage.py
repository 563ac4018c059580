import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mevis.structures import encode_rle
from mevis.structures.mask_coverage import cover_cells


@pytest.mark.parametrize('grid', [(5, 6), (10, 15), (7, 11), (20, 30), (33, 50), (1, 1)])
def test_it_is_the_mean_over_each_cell(grid):
    mask = np.random.default_rng(0).random((20, 30)) < 0.4
    mask[:3] = mask[:, 25:] = False
    got = cover_cells(encode_rle(mask[None])[0], (20, 30), grid)
    # Both grids divide one that is fine enough.
    fine = F.interpolate(torch.from_numpy(mask)[None, None].float(), scale_factor=77)
    wanted = F.interpolate(fine, size=grid, mode='area')[0, 0]
    exact = all(side * 77 % cells == 0 for side, cells in zip((20, 30), grid, strict=True))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, wanted.numpy(), atol=1e-5 if exact else 0.05)
    np.testing.assert_allclose(got.mean(), mask.mean(), rtol=1e-5)


def test_a_single_pixel_is_never_lost():
    mask = np.zeros((1, 1080, 1920), bool)
    mask[0, 1079, 1919] = True
    covered = cover_cells(encode_rle(mask)[0], (1080, 1920), (6, 10))
    assert covered[-1, -1] == pytest.approx(60 / (1080 * 1920))
    assert (covered.ravel()[:-1] == 0).all()


def test_nothing_and_an_empty_mask():
    empty = encode_rle(np.zeros((1, 8, 9), bool))[0]
    for rle in (None, empty):
        assert (cover_cells(rle, (8, 9), (2, 3)) == np.zeros((2, 3))).all()


def test_another_size_is_refused():
    rle = encode_rle(np.ones((1, 8, 9), bool))[0]
    with pytest.raises(ValueError, match=r'instance 3: the RLE is of size \(8, 9\)'):
        cover_cells(rle, (9, 8), (2, 3), 'instance 3')

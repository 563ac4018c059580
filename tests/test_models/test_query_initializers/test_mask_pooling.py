import pytest
import torch

from mevis.models.query_initializers.mask_pooling import cell_shares, pool_under


@pytest.mark.parametrize('stride', [1, 2, 4, 8, 16, 32])
def test_shares_of_cells(stride):
    masks = (torch.rand(2, 3, 16, 24) > 0.5).float()
    got = cell_shares(masks, (-(-16 // stride), -(-24 // stride)))
    padded = torch.nn.functional.pad(masks, (0, -24 % stride, 0, -16 % stride))
    wanted = padded.unflatten(2, (-1, stride)).unflatten(4, (-1, stride)).mean((3, 5))
    torch.testing.assert_close(got, wanted)


def test_the_last_cells_reach_over_the_border():
    """45 rows in cells of 16: the third cell holds 13 rows and counts as 13 of 16."""
    shares = cell_shares(torch.ones(1, 1, 45, 80), (3, 5))
    assert (shares[0, 0, :2] == 1).all()
    torch.testing.assert_close(shares[0, 0, 2], torch.full((5,), 13 / 16))


def test_another_grid_is_resampled():
    assert cell_shares(torch.ones(1, 2, 10, 10), (3, 7)).shape == (1, 2, 3, 7)


def test_pooling_is_a_weighted_mean():
    features, shares = torch.randn(2, 5, 3, 4), torch.rand(2, 3, 3, 4)
    shares[1, 2] = 0
    got = pool_under(features, shares)
    for m in range(2):
        for k in range(3):
            if (m, k) == (1, 2):
                assert (got[m, k] == 0).all()
                continue
            wanted = (features[m] * shares[m, k]).sum((1, 2)) / shares[m, k].sum()
            torch.testing.assert_close(got[m, k], wanted)


def test_a_constant_map_is_its_constant_under_any_mask():
    features = torch.full((1, 2, 4, 4), 3.0)
    tiny = torch.zeros(1, 1, 4, 4)
    tiny[..., 3, 3] = 1e-5
    torch.testing.assert_close(pool_under(features, tiny), torch.full((1, 1, 2), 3.0))

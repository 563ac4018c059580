import numpy as np
import pytest

from mevis.models.small_sam.mask_noise import degrade_mask


def disc(size=(60, 80), centre=(30, 40), radius=12):
    rows, columns = np.indices(size)
    return (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


def test_masks_get_worse_but_still_mean_the_same():
    mask = disc()
    overlaps = [
        overlap(degrade_mask(mask, np.random.default_rng(seed)), mask) for seed in range(40)
    ]
    assert min(overlaps) > 0
    assert max(overlaps) < 1
    assert 0.5 < np.mean(overlaps) < 0.95
    assert np.std(overlaps) > 0.03


def test_the_seed_decides():
    mask = disc()
    one, same, other = (degrade_mask(mask, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    'mask',
    [
        np.zeros((20, 30), bool),
        np.ones((20, 30), bool),
        disc((20, 30), (0, 0), 6),
        disc((20, 30), (10, 10), 1),
        np.ones((1, 1), bool),
    ],
    ids=['empty', 'full', 'in a corner', 'a pixel', 'an image of a pixel'],
)
def test_any_mask_will_do(mask):
    before = mask.copy()
    for seed in range(10):
        degraded = degrade_mask(mask, np.random.default_rng(seed))
        assert degraded.shape == mask.shape
        assert degraded.dtype == bool
        assert degraded.any() == mask.any()
    assert (mask == before).all()

import numpy as np

from mevis.track_sources.motion.regions import Region, regions_of


def square(left: int, top: int, side: int = 4) -> Region:
    return Region(left, top, np.ones((side, side), bool))


def test_overlap_counts_common_pixels():
    assert square(0, 0).overlap(square(2, 1)) == 2 * 3
    assert square(0, 0).overlap(square(4, 0)) == 0
    assert square(0, 0).overlap(square(-2, -2)) == 4


def test_a_union_holds_both():
    union = square(0, 0).united(square(6, 2))
    assert (union.left, union.top, union.mask.shape, union.area) == (0, 0, (6, 10), 32)


def test_a_part_has_a_tight_box():
    mask = np.zeros((4, 4), bool)
    mask[1:3, 2] = True
    part = square(10, 20).part(mask)
    assert (part.left, part.top, part.mask.shape) == (12, 21, (2, 1))
    assert square(0, 0).part(np.zeros((4, 4), bool)) is None


def test_a_shape_is_moved_by_its_centre():
    moved = square(0, 0).moved_to(np.array([12.0, 7.0]))
    assert (moved.left, moved.top) == (10, 5)
    assert moved.centre.tolist() == [12, 7]


def test_regions_are_large_and_hold_something_sure():
    mask = np.zeros((20, 30), bool)
    mask[2:8, 2:8] = mask[10:16, 10:16] = mask[18, 28] = True
    sure = np.zeros_like(mask)
    sure[2:8, 2:8] = sure[18, 28] = True
    (region,) = regions_of(mask, sure, 12)
    assert (region.left, region.top, region.area) == (2, 2, 36)


def test_the_border_is_near_on_every_side():
    size = (30, 40)
    assert not square(10, 10).is_near_border(size, 3)
    for region in (square(3, 10), square(10, 3), square(33, 10), square(10, 23)):
        assert region.is_near_border(size, 3)
        assert not region.is_near_border(size, 2)

import numpy as np

from mevis.evaluation.functional import union_box


def test_holds_both_masks_and_a_margin_within_the_frame():
    first, second = np.zeros((2, 10, 20), bool)
    assert union_box(first, second) is None
    first[3, 0] = second[5, 7] = True
    assert union_box(first, second) == (slice(2, 7), slice(0, 9))
    second[-1, -1] = True
    crop = first[union_box(first, second)]
    assert crop.shape == (8, 20)

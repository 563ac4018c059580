import numpy as np
import pytest

from mevis.evaluation.functional import region_similarity
from mevis.testing.parity.davis_reference import reference_similarity


def test_equals_the_plain_algorithm():
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = rng.integers(1, 40, 2)
        prediction, truth = (rng.random(size) < rng.random() for _ in range(2))
        expected = reference_similarity(prediction, truth)
        assert abs(region_similarity(prediction, truth) - expected) <= 1e-12


def test_empty_equal_and_disjoint():
    empty = np.zeros((4, 6), bool)
    left, right = empty.copy(), empty.copy()
    left[:, :3] = right[:, 3:] = True
    assert region_similarity(empty, empty) == 1
    assert region_similarity(left, empty) == region_similarity(empty, left) == 0
    assert region_similarity(left, left) == 1
    assert region_similarity(left, right) == 0
    assert region_similarity(left, left | right) == 0.5


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match='sizes differ'):
        region_similarity(np.zeros((4, 5), bool), np.zeros((4, 6), bool))

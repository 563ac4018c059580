"""A and R of ReVOS."""

import numpy as np

from mevis.evaluation.functional.robustness import pixel_accuracy, robustness


def masks() -> tuple[np.ndarray, np.ndarray]:
    prediction, truth = np.zeros((2, 10, 10), bool)
    prediction[:2], truth[1:3] = True, True  # ten pixels each outside of the other
    return prediction, truth


def test_pixel_accuracy():
    prediction, truth = masks()
    assert pixel_accuracy(prediction, truth) == 0.8
    assert pixel_accuracy(truth, truth) == 1


def test_robustness_counts_what_is_outside_by_the_foreground():
    prediction, truth = masks()
    assert abs(robustness(prediction, truth, 40) - 0.75) < 1e-6
    assert robustness(prediction, truth, 5) == 0  # never below
    assert robustness(truth & prediction, truth, 40) == 1
    assert robustness(truth, truth, 0) == 1
    assert robustness(prediction, truth, 0) == 0

"""Every frame."""

import numpy as np

from mevis.datasets.frame_samplers import AllFramesSampler


def test_all():
    assert AllFramesSampler()(4, 0, np.random.default_rng(0)) == [0, 1, 2, 3]

"""A run of neighbours."""

import numpy as np
import pytest

from mevis.datasets.frame_samplers import LocalFrameSampler


@pytest.mark.parametrize('stride', [1, 2, 3, 50])
def test_local_is_an_even_run_with_the_centre(stride: int):
    sampler = LocalFrameSampler(5, stride)
    for centre in range(40):
        frames = sampler(40, centre, np.random.default_rng(0))
        assert set(np.diff(frames)) == {min(stride, 39 // 4)}
        if stride * 2 <= centre < 40 - stride * 2:
            assert frames[2] == centre


def test_local_repeats_frames_of_short_videos():
    assert set(LocalFrameSampler(5)(3, 1, np.random.default_rng(0))) == {0, 1, 2}


def test_stride_of_nothing():
    with pytest.raises(ValueError, match='stride'):
        LocalFrameSampler(5, 0)

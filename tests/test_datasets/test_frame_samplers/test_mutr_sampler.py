"""The rule of the official code."""

import numpy as np

from mevis.datasets.frame_samplers import MUTRFrameSampler


def test_mutr_rule():
    sampler = MUTRFrameSampler(6)
    distances = set()
    for seed in range(300):
        frames = sampler(40, 20, np.random.default_rng(seed))
        assert len(set(frames)) == 6
        position = frames.index(20)
        before, after = frames[position - 1], frames[position + 1]
        assert 1 <= 20 - before <= 3
        assert 1 <= after - 20 <= 3
        distances.add((20 - before, after - 20))
    assert len(distances) == 9


def test_mutr_neighbours_end_the_span():
    # Three frames are the span itself; every further one lies outside of it.
    for seed in range(100):
        span = MUTRFrameSampler(3)(40, 20, np.random.default_rng(seed))
        more = MUTRFrameSampler(6)(40, 20, np.random.default_rng(seed))
        rest = set(more) - set(span)
        assert len(rest) == 3
        assert all(frame < span[0] or frame > span[2] for frame in rest)


def test_mutr_at_the_ends():
    sampler = MUTRFrameSampler(3)
    for seed in range(20):
        start = sampler(30, 0, np.random.default_rng(seed))
        assert start[0] == 0
        assert min(start[1:]) <= 3
        assert sampler(30, 29, np.random.default_rng(seed))[-1] == 29


def test_mutr_short_video_shows_all_frames_before_repeating():
    for seed in range(50):
        assert set(MUTRFrameSampler(8)(4, 1, np.random.default_rng(seed))) == {0, 1, 2, 3}

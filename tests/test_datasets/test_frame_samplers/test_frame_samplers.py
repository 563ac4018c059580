"""The contract of every frame sampler, and what each promises beyond it."""

import numpy as np
import pytest

from mevis.datasets.frame_samplers import (
    AllFramesSampler,
    GlobalFrameSampler,
    LocalFrameSampler,
    MUTRFrameSampler,
)
from mevis.registry import FRAME_SAMPLERS

CONFIGS = [
    {'type': 'AllFramesSampler'},
    *({'type': 'LocalFrameSampler', 'num_frames': n, 'stride': s} for n in (1, 5) for s in (1, 4)),
    *({'type': 'GlobalFrameSampler', 'num_frames': n} for n in (1, 2, 6)),
    *({'type': 'MUTRFrameSampler', 'num_frames': n} for n in (1, 2, 3, 5, 9)),
]


def test_every_sampler_is_in_the_table():
    FRAME_SAMPLERS.import_from_location()
    own = {
        name
        for name, sampler in FRAME_SAMPLERS.module_dict.items()
        if sampler.__module__.startswith('mevis.')
    }
    assert own == {config['type'] for config in CONFIGS}


@pytest.mark.parametrize('config', CONFIGS)
def test_contract(config: dict):
    sampler = FRAME_SAMPLERS.build(config)
    for num_video_frames in (1, 2, 3, 4, 5, 7, 30):
        for centre in range(num_video_frames):
            frames = sampler(num_video_frames, centre, np.random.default_rng(centre))
            assert frames == sorted(frames)
            assert len(frames) == (sampler.num_frames or num_video_frames)
            assert all(type(frame) is int and 0 <= frame < num_video_frames for frame in frames)
            assert len(set(frames)) == min(len(frames), num_video_frames)
            assert frames == sampler(num_video_frames, centre, np.random.default_rng(centre))


@pytest.mark.parametrize('config', CONFIGS)
def test_misuse(config: dict):
    sampler = FRAME_SAMPLERS.build(config)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match='without frames'):
        sampler(0, 0, rng)
    with pytest.raises(ValueError, match='Centre 4'):
        sampler(4, 4, rng)


@pytest.mark.parametrize('sampler', [LocalFrameSampler, GlobalFrameSampler, MUTRFrameSampler])
def test_no_frames_asked_for(sampler):
    with pytest.raises(ValueError, match='at least 1'):
        sampler(num_frames=0)


def test_all():
    assert AllFramesSampler()(4, 0, np.random.default_rng(0)) == [0, 1, 2, 3]


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


@pytest.mark.parametrize('num_video_frames', [6, 7, 23, 60])
def test_global_takes_one_frame_from_each_segment(num_video_frames: int):
    sampler = GlobalFrameSampler(6)
    seen = set()
    for seed in range(400):
        frames = sampler(num_video_frames, 0, np.random.default_rng(seed))
        for segment, frame in enumerate(frames):
            assert frame * 6 // num_video_frames in (segment - 1, segment)
            assert segment * num_video_frames // 6 <= frame < (segment + 1) * num_video_frames // 6
        seen.update(frames)
    assert seen == set(range(num_video_frames))  # every frame can be drawn


def test_global_repeats_frames_of_short_videos():
    frames = GlobalFrameSampler(7)(3, 0, np.random.default_rng(0))
    assert set(frames) == {0, 1, 2}


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
        # The first neighbour on each side ends the span; the others lie outside of it.
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

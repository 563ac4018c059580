"""The contract that every frame sampler of ours holds."""

import numpy as np
import pytest

from mevis.datasets.frame_samplers import GlobalFrameSampler, LocalFrameSampler, MUTRFrameSampler
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

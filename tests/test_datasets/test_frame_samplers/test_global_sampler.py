"""One frame from each segment."""

import numpy as np
import pytest

from mevis.datasets.frame_samplers import GlobalFrameSampler


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

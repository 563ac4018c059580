"""Frames as the official MUTR samples them."""

import numpy as np

from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class MUTRFrameSampler(FrameSampler):
    """The centre, one frame shortly before and one shortly after it, the rest from elsewhere.

    The neighbours lie 1 to ``max_distance`` frames away, cut at the ends of the video, the others
    are drawn at random outside of that span, and inside of it where too little is left outside.
    Where the official code shows a frame twice although there are others (a centre at an end of
    the video; the last frame of the span, which it counts as outside), another one is drawn here.

    Args:
        num_frames: Frames T of a clip.
        max_distance: Farthest neighbour.
    """

    def __init__(self, num_frames: int, max_distance: int = 3) -> None:
        super().__init__(num_frames)
        if max_distance < 1:
            raise ValueError(f'max_distance must be at least 1, not {max_distance}.')
        self.max_distance = max_distance

    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """The clip, unsorted."""
        assert self.num_frames is not None
        if self.num_frames == 1:
            return [centre]
        before, after = rng.integers(1, self.max_distance + 1, size=2).tolist()
        first, last = max(0, centre - before), min(num_video_frames - 1, centre + after)
        if self.num_frames == 2:  # as upstream: the first two of the three
            return [first, centre] if first < centre else [centre, last]
        chosen = [*{first, centre, last}]
        span = range(first, last + 1)
        outside = [frame for frame in range(num_video_frames) if frame not in span]
        inside = [frame for frame in span if frame not in chosen]
        # Outside first, then inside, then repetitions of a video that has no more.
        pool = [*chosen, *rng.permutation(outside), *rng.permutation(inside)]
        return [int(frame) for frame in np.resize(pool, self.num_frames)]

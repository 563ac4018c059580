"""Frames as the official MUTR samples them."""

import numpy as np

from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class MUTRFrameSampler(FrameSampler):
    """The centre, one frame shortly before and one shortly after it, the rest from elsewhere.

    The neighbours lie 1 to ``max_distance`` frames away (cut at the ends of the video, where they
    coincide with the centre), the others are drawn without repetition outside of that span; from
    the whole video where too little is left outside.  The official code counts the last frame of
    the span as outside, so that it could be drawn twice; here it cannot.

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
        before, after = rng.integers(1, self.max_distance + 1, size=2)
        first, last = max(0, centre - before), min(num_video_frames - 1, centre + after)
        if self.num_frames == 2:  # as upstream: the first two of the three
            return [first, centre]
        missing = self.num_frames - 3
        outside = np.r_[0:first, last + 1 : num_video_frames]
        if len(outside) < missing:
            outside = np.arange(num_video_frames)
        # np.resize repeats the shuffled frames, so that each comes up before any comes twice.
        rest = np.resize(rng.permutation(outside), missing)
        return [first, centre, last, *rest.tolist()]

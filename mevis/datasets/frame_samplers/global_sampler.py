"""Frames from all over the video."""

import numpy as np

from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class GlobalFrameSampler(FrameSampler):
    """The video in T equal segments, one random frame from each.

    The clip spans the whole motion, whatever the length of the video.  Videos with fewer than T
    frames repeat frames.

    Args:
        num_frames: Frames T of a clip.

    Source: Sec. 3.1, "global sampling".
    """

    def __init__(self, num_frames: int) -> None:
        super().__init__(num_frames)

    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """One frame per segment; the centre is not used."""
        assert self.num_frames is not None
        bounds = [
            index * num_video_frames // self.num_frames for index in range(self.num_frames + 1)
        ]
        return [
            int(rng.integers(begin, max(end, begin + 1)))
            for begin, end in zip(bounds[:-1], bounds[1:], strict=True)
        ]

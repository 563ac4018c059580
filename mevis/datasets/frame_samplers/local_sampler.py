"""A run of neighbouring frames."""

import numpy as np

from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class LocalFrameSampler(FrameSampler):
    """Neighbours of the centre frame: a short piece of the video at an even pace.

    The run is moved into the video where it would stick out.  Where the video is too short for the
    stride, the largest stride that fits is taken; where it has fewer frames than the clip, frames
    repeat.

    Args:
        num_frames: Frames T of a clip.
        stride: Distance of neighbouring frames of the clip; more than 1 covers more time.

    Source: Sec. 4, "local sampling".
    """

    def __init__(self, num_frames: int, stride: int = 1) -> None:
        super().__init__(num_frames)
        if stride < 1:
            raise ValueError(f'stride of LocalFrameSampler must be at least 1, not {stride}.')
        self.stride = stride

    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """The run around the centre; draws nothing from ``rng``."""
        assert self.num_frames is not None
        if self.num_frames == 1:
            return [centre]
        if num_video_frames < self.num_frames:
            return (
                np.linspace(0, num_video_frames - 1, self.num_frames).round().astype(int).tolist()
            )
        gaps = self.num_frames - 1
        stride = min(self.stride, (num_video_frames - 1) // gaps)
        first = centre - stride * (gaps // 2)
        first = min(max(first, 0), num_video_frames - 1 - stride * gaps)
        return [first + stride * step for step in range(self.num_frames)]

"""Frames at even distances."""

import numpy as np

from mevis.datasets.frame_samplers import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class AcmeEvenFrameSampler(FrameSampler):
    """The first frame of each of T equal segments.

    Args:
        num_frames: Frames T of a clip.
    """

    def __init__(self, num_frames: int) -> None:
        super().__init__(num_frames)

    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """Draws nothing."""
        return [index * num_video_frames // self.num_frames for index in range(self.num_frames)]

"""Every frame, as in testing."""

import numpy as np

from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.registry import FRAME_SAMPLERS


@FRAME_SAMPLERS.register_module()
class AllFramesSampler(FrameSampler):
    """The whole video."""

    def __init__(self) -> None:
        super().__init__(num_frames=None)

    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """Every index once."""
        return list(range(num_video_frames))

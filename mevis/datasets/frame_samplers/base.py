"""The contract of every frame sampler."""

from abc import ABC, abstractmethod

import numpy as np


class FrameSampler(ABC):
    """Chooses the frames of a clip.

    A sampler draws from the generator that it is handed and from nothing else, so that the same
    generator gives the same frames in any worker.  It returns ``num_frames`` sorted indices;
    videos that are shorter repeat frames.

    Args:
        num_frames: Frames T of a clip;
            None: as many as the video has.
    """

    def __init__(self, num_frames: int | None) -> None:
        if num_frames is not None and num_frames < 1:
            raise ValueError(f'num_frames of a frame sampler must be at least 1, not {num_frames}.')
        self.num_frames = num_frames

    def __call__(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """Samples a clip.

        Args:
            num_video_frames: Frames of the video.
            centre: Frame around which a sampler that looks at a part of the video places the clip.
            rng: The only source of randomness.

        Returns:
            Sorted indices in [0, num_video_frames).

        Raises:
            ValueError: If the video has no frame or the centre lies outside.
        """
        if num_video_frames < 1:
            raise ValueError('A clip cannot be sampled from a video without frames.')
        if not 0 <= centre < num_video_frames:
            raise ValueError(
                f'Centre {centre} lies outside of a video of {num_video_frames} frames.'
            )
        return sorted(int(index) for index in self.sample(num_video_frames, centre, rng))

    @abstractmethod
    def sample(self, num_video_frames: int, centre: int, rng: np.random.Generator) -> list[int]:
        """Like a call, in any order and with checked arguments."""

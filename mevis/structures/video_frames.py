"""A video whose frames are read when they are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

FrameReader = Callable[[Sequence[int]], np.ndarray]
"""Positions within a video -> frames (n, H, W, 3) uint8 RGB at the original size."""


@dataclass(frozen=True)
class VideoFrames:
    """What a source of tracks is given of a video.

    Attributes:
        name: Name of the video.
        frame_names: Names of its T frames, without extension, in the order of time.
        size: (H, W) of the frames, pixels.
        read: Reads frames by their positions in 0..T-1.
        frame_indices: Where the frames are in the video that they were taken from; 0..T-1 if None.
    """

    name: str
    frame_names: Sequence[str]
    size: tuple[int, int]
    read: FrameReader = field(repr=False)
    frame_indices: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.frame_names)

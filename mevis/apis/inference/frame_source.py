"""What every kind of video is to the rest: frames, read when they are asked for."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

DEFAULT_FPS = 6.0
"""Of frames that do not say how fast they follow one another."""


class VideoSource(ABC):
    """The frames of one video.

    Attributes:
        name: What results are called after.
        location: Its absolute path; empty for frames in memory.
        fps: Frames per second; the mean, where they vary.
        pixel_aspect: Width of a pixel by its height, as players show it.
        keeps: What must live as long as the frames are read, such as a temporary file.
    """

    name: str
    location: str = ''
    fps: float
    pixel_aspect: Fraction = Fraction(1)
    keeps: Any = None

    @abstractmethod
    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields every frame, (H, W, 3) uint8 RGB, all of one size.

        Raises:
            UserError: If a frame cannot be read; names the file.
        """

    @abstractmethod
    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Reads frames: (n, H, W, 3) uint8 RGB.  Rising positions are cheapest."""

    def frame_indices(self, num_frames: int) -> list[int]:
        """The time of each frame: its index in the whole video."""
        return list(range(num_frames))

    def frame_names(self, num_frames: int) -> list[str]:
        """Names of the frames, without extension."""
        return [f'{index:05d}' for index in range(num_frames)]

    def frame_times(self, num_frames: int) -> list[float]:
        """When each frame is shown, seconds from the first; known once they were read."""
        return [index / self.fps for index in range(num_frames)]


class SequentialSource(VideoSource):
    """Frames that come one after another only; a pass that is open is used on."""

    def __init__(self) -> None:
        self._pass: Iterator[np.ndarray] | None = None
        self._next = 0

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Goes through the frames up to those."""
        found = {position: self._at(position) for position in sorted(set(positions))}
        return np.stack([found[position] for position in positions])

    def _at(self, position: int) -> np.ndarray:
        if self._pass is None or position < self._next:
            self._pass, self._next = iter(self), 0
        for frame in self._pass:
            self._next += 1
            if self._next > position:
                return frame
        raise IndexError(f'{self.name}: frame {position} of {self._next}')

"""Frames of whatever a user calls a video, read when they are asked for."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from mevis.apis.inference.file_source import FileSource
from mevis.apis.inference.frame_source import DEFAULT_FPS, VideoSource
from mevis.apis.inference.image_source import is_image, open_folder, open_image
from mevis.boundary.files import expanded, regular_file
from mevis.errors import UserError


class ArraySource(VideoSource):
    """Frames in memory.

    Args:
        frames: (T, H, W, 3) uint8 RGB.

    Raises:
        UserError: If the array is of another form.
    """

    def __init__(self, frames: np.ndarray) -> None:
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
            raise UserError(
                f'video: an array of shape {frames.shape} and type {frames.dtype}; needed:'
                ' (T, H, W, 3), uint8, RGB.'
            )
        if not frames.size:
            raise UserError(f'video: an array of shape {frames.shape} has no frames.')
        self.name, self.fps, self._frames = 'video', DEFAULT_FPS, frames

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self._frames)

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Picks frames."""
        return self._frames[list(positions)]


class ChosenFrames(VideoSource):
    """Some frames of a video; those in between are decoded where that is needed, and dropped.

    Args:
        source: The video.
        stride: Every ``stride``-th frame is taken, from the first.
        max_frames: At most so many of these, from the beginning; None: all.

    Raises:
        UserError: If a number is below 1.
    """

    def __init__(self, source: VideoSource, stride: int = 1, max_frames: int | None = None) -> None:
        if stride < 1 or (max_frames is not None and max_frames < 1):
            raise UserError(f'stride={stride}, max_frames={max_frames}: must be at least 1.')
        self.name, self.fps = source.name, source.fps / stride
        self.pixel_aspect, self.location = source.pixel_aspect, source.location
        self._source, self._stride, self._max_frames = source, stride, max_frames

    def __iter__(self) -> Iterator[np.ndarray]:
        stop = None if self._max_frames is None else (self._max_frames - 1) * self._stride + 1
        return islice(self._source, 0, stop, self._stride)

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Reads chosen frames."""
        return self._source.read([position * self._stride for position in positions])

    def frame_indices(self, num_frames: int) -> list[int]:
        """Where in the video the chosen frames are."""
        return [index * self._stride for index in range(num_frames)]

    def frame_names(self, num_frames: int) -> list[str]:
        """Names that they have in the video."""
        indices = self.frame_indices(num_frames)
        names = self._source.frame_names(indices[-1] + 1 if indices else 0)
        return [names[index] for index in indices]

    def frame_times(self, num_frames: int) -> list[float]:
        """Times that they have in the video."""
        indices = self.frame_indices(num_frames)
        times = self._source.frame_times(indices[-1] + 1 if indices else 0)
        return [times[index] for index in indices]


def open_video(video: str | Path | np.ndarray | VideoSource) -> VideoSource:
    """Opens a video file, a folder of frames, an image or an array.

    Args:
        video: Its path, or frames (T, H, W, 3) uint8 RGB.

    Raises:
        UserError: If there is nothing of the kind; names the path.
    """
    if isinstance(video, VideoSource):
        return video
    if isinstance(video, np.ndarray):
        return ArraySource(video)
    path = expanded(video)
    source = _open(path)
    source.location = str(path.absolute())
    return source


def _open(path: Path) -> VideoSource:
    if path.is_dir():
        return open_folder(path)
    try:
        regular_file(path)
    except FileNotFoundError as error:
        raise UserError(f'{path}: no such file or folder; check the path.') from error
    return open_image(path) if is_image(path) else FileSource(path)

"""Frames of whatever a user calls a video, read when they are asked for."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mevis.apis.inference.file_source import FileSource
from mevis.apis.inference.frame_source import VideoSource
from mevis.apis.inference.image_source import is_image, open_folder, open_image
from mevis.apis.inference.memory_source import array_source, copied_file
from mevis.boundary.files import expanded, regular_file
from mevis.errors import UserError

Video = str | Path | BinaryIO | np.ndarray | Iterable[Any] | VideoSource
"""What can be called a video; :func:`open_video` says what is in it."""


class ChosenFrames(VideoSource):
    """Some frames of a video; those in between are decoded where that is needed, and dropped.

    Args:
        source: The video.
        stride: Every ``stride``-th frame is taken, from the first.
        max_frames: Process at most this many of these, from the beginning; None: all.

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


def open_video(video: Video) -> VideoSource:
    """Opens what a user calls a video.

    Args:
        video: The path of a video file, an image or a folder of frames; a binary file that is open
            for reading; or frames in memory, RGB: an array or tensor (T, H, W, 3) or a tensor
            (T, 3, H, W), uint8, or an iterable of PIL images, arrays (H, W, 3) uint8 or image
            files (a generator is read to its end first).

    Raises:
        UserError: If there is nothing of the kind; names the path, or what was given instead.
    """
    if isinstance(video, VideoSource):
        return video
    if isinstance(video, (str, Path)):
        path = expanded(video)
        source = _open(path)
        source.location = str(path.absolute())
        return source
    if hasattr(video, 'read'):
        file = copied_file(video)
        source = _open(Path(file.name))
        source.name, source.keeps = Path(str(getattr(video, 'name', 'video'))).stem, file
        return source
    return array_source(video)


def _open(path: Path) -> VideoSource:
    if path.is_dir():
        return open_folder(path)
    try:
        regular_file(path)
    except FileNotFoundError as error:
        raise UserError(f'{path}: no such file or folder; check the path.') from error
    return open_image(path) if is_image(path) else FileSource(path)

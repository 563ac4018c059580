"""Frames of whatever a user calls a video, read when they are asked for."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import av
import numpy as np

from mevis.datasets.frame_reader import check_size, read_frame
from mevis.errors import UserError

IMAGE_SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp')
# FFmpeg shows any text file as a film of characters.
_TEXT_FORMATS = ('tty', 'bin', 'xbin', 'adf', 'idf')
DEFAULT_FPS = 6.0
"""Of frames that do not say how fast they follow one another."""


class VideoSource(ABC):
    """The frames of one video.

    Attributes:
        name: What results are called after.
        fps: Frames per second.
    """

    name: str
    fps: float

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


class ImageSource(VideoSource):
    """One file per frame.

    Args:
        paths: The files, in the order of time.
        name: Of the video.
    """

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self.name, self.fps, self._paths = name, DEFAULT_FPS, list(paths)
        self._size: tuple[int, int] | None = None

    def __iter__(self) -> Iterator[np.ndarray]:
        return map(self._read, self._paths)

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Reads files."""
        return np.stack([self._read(self._paths[position]) for position in positions])

    def frame_names(self, num_frames: int) -> list[str]:
        """The names of the files."""
        return [path.stem for path in self._paths]

    def _read(self, path: Path) -> np.ndarray:
        frame = read_frame(path)
        if self._size is None:
            self._size = frame.shape[:2]
        return check_size(frame, self._size, str(path))


class FileSource(VideoSource):
    """A video file, decoded anew for each pass; a decoder that is open is used on.

    Args:
        path: Anything that FFmpeg reads.

    Raises:
        UserError: If it is no video.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.stem
        self._decoder: Iterator[np.ndarray] | None = None
        self._next = 0
        with self._open() as container:
            rate = container.streams.video[0].average_rate
        self.fps = float(rate) if rate else DEFAULT_FPS

    def __iter__(self) -> Iterator[np.ndarray]:
        count, size = 0, None
        with self._open() as container:
            stream = container.streams.video[0]
            stream.thread_type = 'AUTO'
            stated = _stated_frames(stream)
            try:
                for picture in container.decode(stream):
                    frame = _upright(picture)
                    size = size or frame.shape[:2]
                    yield check_size(frame, size, f'{self.path}, frame {count}')
                    count += 1
            except av.error.FFmpegError as error:
                raise UserError(
                    f'{self.path}: cannot be decoded after frame {count} ({error.strerror});'
                    ' the file is damaged or truncated. Copy it again, or look at fewer frames'
                    ' by max_frames.'
                ) from error
        if count == 0:
            raise UserError(f'{self.path}: no frames in it. Name another video.')
        # Edit lists may hide a few frames that the container counts.
        if count < 0.95 * stated - 2:
            raise UserError(
                f'{self.path}: only {count} of {round(stated)} frames are there; the file is'
                f' truncated. Copy it again, or look at max_frames={count} of it.'
            )

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Decodes up to the frames."""
        found = {position: self._decode_at(position) for position in sorted(set(positions))}
        return np.stack([found[position] for position in positions])

    def _decode_at(self, position: int) -> np.ndarray:
        if self._decoder is None or position < self._next:
            self._decoder, self._next = iter(self), 0
        for frame in self._decoder:
            self._next += 1
            if self._next > position:
                return frame
        raise IndexError(f'{self.path}: frame {position} of {self._next}')

    def _open(self) -> av.container.InputContainer:
        try:
            container = av.open(str(self.path))
        except av.error.FFmpegError as error:
            raise UserError(
                f'{self.path}: not a video, or a truncated one ({error.strerror}). Name a video'
                ' file, an image or a folder of frames.'
            ) from error
        if not container.streams.video or container.format.name in _TEXT_FORMATS:
            container.close()
            raise UserError(f'{self.path}: not a video, no picture in it. Name a video.')
        return container


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
    path = Path(video).expanduser()
    if path.is_dir():
        paths = [file for file in path.iterdir() if _is_image(file)]
        if not paths:
            raise UserError(
                f'{path}: no frames in this folder ({", ".join(IMAGE_SUFFIXES)}). Name the folder'
                ' that holds the images themselves.'
            )
        return ImageSource(sorted(paths, key=_in_time), path.resolve().name)
    if not path.is_file():
        raise UserError(f'{path}: no such file or folder; check the path.')
    if _is_image(path):
        return ImageSource([path], path.stem)
    return FileSource(path)


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')


def _in_time(path: Path) -> list[tuple[int, str]]:
    """Sorts frame 10 after frame 9."""
    return [(int(part), '') if part.isdigit() else (-1, part) for part in _split(path.stem)]


def _split(stem: str) -> list[str]:
    return [part for part in re.split(r'(\d+)', stem) if part]


def _stated_frames(stream: av.VideoStream) -> float:
    """Frames that the file says it has; 0 if it does not say."""
    if stream.frames:
        return stream.frames
    seconds = float(stream.duration * stream.time_base) if stream.duration else 0.0
    if not seconds and 'DURATION' in stream.metadata:  # Matroska
        hours, minutes, rest = stream.metadata['DURATION'].split(':')
        seconds = 3600 * int(hours) + 60 * int(minutes) + float(rest)
    return seconds * float(stream.average_rate or 0)


def _upright(picture: av.VideoFrame) -> np.ndarray:
    """The frame as players show it: telephones store turned pictures and the angle."""
    frame = picture.to_ndarray(format='rgb24')
    turns = round(picture.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(frame, turns)) if turns else frame

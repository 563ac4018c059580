"""A user's own pictures as videos: a folder of frames, one picture, or all frames of one file."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from mevis.apis.inference.frame_source import DEFAULT_FPS, SequentialSource, VideoSource
from mevis.boundary.order import in_time
from mevis.boundary.pictures import is_stack, read_all_rgb, read_rgb
from mevis.datasets.frame_reader import check_size
from mevis.errors import UserError

IMAGE_SUFFIXES = (
    *('.bmp', '.jfif', '.jpe', '.jpeg', '.jpg', '.pgm', '.png', '.pnm', '.ppm'),
    *('.tif', '.tiff', '.webp'),
)
_DESKTOP_FILES = ('thumbs.db', 'desktop.ini', '__macosx')


class ImageSource(VideoSource):
    """One file per frame, upright.

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
        if is_stack(path):
            raise UserError(
                f'{path}: an animated or multi-page image as one of several frames.'
                ' Name this file alone, or take it out of the folder.'
            )
        frame = read_rgb(path, 'frame', 'Extract or copy it again.', upright=True)
        if self._size is None:
            self._size = frame.shape[:2]
        return check_size(frame, self._size, str(path))


class StackSource(SequentialSource):
    """An animated picture, or the pages of a TIFF.

    Args:
        path: The file.

    Raises:
        UserError: If its first frame cannot be read.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.name, self.fps = path, path.stem, DEFAULT_FPS
        self._shown: list[float] = []
        first = next(read_all_rgb(path), None)
        if first is None:
            raise UserError(f'{path}: no frames in it, smaller copies apart. Name another file.')
        if first[1]:
            self.fps = 1 / first[1]

    def __iter__(self) -> Iterator[np.ndarray]:
        size = None
        for number, (frame, seconds) in enumerate(read_all_rgb(self.path)):
            size = size or frame.shape[:2]
            if number == len(self._shown):
                self._shown.append(seconds or 1 / self.fps)
            yield check_size(frame, size, f'{self.path}, frame {number}')

    def frame_times(self, num_frames: int) -> list[float]:
        """By how long each frame before is shown."""
        return [sum(self._shown[:index]) for index in range(num_frames)]


def open_image(path: Path) -> VideoSource:
    """Opens one file: a video of one frame, or of as many as it has.

    Raises:
        UserError: If it is no picture.
    """
    return StackSource(path) if is_stack(path) else ImageSource([path], path.stem)


def open_folder(folder: Path) -> ImageSource:
    """Opens a folder of frames; says what else is in it.

    Raises:
        UserError: If there are none, or two of one name.
    """
    files = [path for path in folder.iterdir() if not _is_of_the_desktop(path)]
    frames = {path: path.stem for path in files if is_image(path)}
    others = sorted(path.name for path in files if path not in frames)
    if not frames:
        raise UserError(
            f'{folder}: no frames in this folder ({", ".join(IMAGE_SUFFIXES)}). Name the folder'
            ' that holds the images themselves.'
        )
    twice = [stem for stem, count in Counter(frames.values()).items() if count > 1]
    if twice:
        clash = sorted(path.name for path, stem in frames.items() if stem == twice[0])
        raise UserError(
            f'{folder}: {" and ".join(clash)} are two frames of one name, whose masks would'
            ' overwrite each other. Take one of them out of the folder.'
        )
    if others:
        listed = ', '.join(others[:3]) + (', …' if len(others) > 3 else '')
        print_log(
            f'{folder}: {len(others)} files without the extension of an image are ignored'
            f' ({listed}).',
            'current',
            logging.WARNING,
        )
    path_of = {stem: path for path, stem in frames.items()}
    return ImageSource([path_of[stem] for stem in in_time(path_of)], folder.resolve().name)


def is_image(path: Path) -> bool:
    """Whether a file says by its ending that it is a picture."""
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')


def _is_of_the_desktop(path: Path) -> bool:
    return path.name.startswith('.') or path.name.lower() in _DESKTOP_FILES

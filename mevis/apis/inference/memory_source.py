"""Videos in memory: arrays, tensors, lists of pictures, open files."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from mevis.apis.inference.frame_source import DEFAULT_FPS, VideoSource
from mevis.boundary.pictures import read_rgb
from mevis.errors import UserError

_NEEDED = 'needed: frames of (H, W, 3), uint8, RGB'


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


def array_source(video: Any) -> ArraySource:
    """Frames of an array, a tensor or an iterable of pictures.

    Args:
        video: (T, H, W, 3), or a tensor (T, 3, H, W), uint8; or an iterable of PIL images, arrays
            (H, W, 3) uint8 or image files.

    Raises:
        UserError: If it is anything else, or the pictures differ in size.
    """
    if hasattr(video, 'detach'):
        video = video.detach().cpu().numpy()
        if video.ndim == 4 and video.shape[1] == 3 and video.shape[-1] != 3:
            video = video.transpose(0, 2, 3, 1)
    if isinstance(video, np.ndarray):
        return ArraySource(video)
    if not isinstance(video, Iterable) or isinstance(video, (bytes, dict)):
        raise UserError(
            f'video: a {type(video).__name__}; needed: a path, an open file, an array or tensor'
            ' (T, H, W, 3) or a list of frames.'
        )
    frames = [_picture(frame, index) for index, frame in enumerate(video)]
    if not frames:
        raise UserError('video: no frames.')
    for index, frame in enumerate(frames):
        if frame.shape != frames[0].shape:
            raise UserError(
                f'video: frame {index} is {frame.shape[0]}x{frame.shape[1]} (height x width), the'
                f' first one {frames[0].shape[0]}x{frames[0].shape[1]}.'
            )
    return ArraySource(np.stack(frames))


def copied_file(file: BinaryIO) -> Any:
    """A temporary copy of what is left of an open file; it goes when it is no longer referenced.

    Decoders go through a video more than once, and some start from a path.

    Raises:
        UserError: If the file gives text, or nothing.
    """
    name = str(getattr(file, 'name', ''))
    suffix = Path(name).suffix[:16]
    copy = tempfile.NamedTemporaryFile(prefix='mevis-', suffix=suffix)  # noqa: SIM115 - is kept
    try:
        shutil.copyfileobj(file, copy)
    except TypeError as error:
        raise UserError(f'video {name}: open the file for reading bytes (mode "rb").') from error
    copy.flush()
    if not copy.tell():
        raise UserError(f'video {name}: the file is at its end: seek(0) before.')
    return copy


def _picture(frame: Any, index: int) -> np.ndarray:
    if isinstance(frame, (str, Path)):
        return read_rgb(frame, 'frame', 'Name another.', upright=True)
    if isinstance(frame, Image.Image):
        return np.asarray(frame.convert('RGB'))
    if hasattr(frame, 'detach'):
        frame = frame.detach().cpu().numpy()
        if frame.ndim == 3 and frame.shape[0] == 3 and frame.shape[-1] != 3:
            frame = frame.transpose(1, 2, 0)
    if not isinstance(frame, np.ndarray):
        raise UserError(f'video: frame {index} is a {type(frame).__name__}; {_NEEDED}.')
    if frame.ndim != 3 or frame.shape[-1] != 3 or frame.dtype != np.uint8:
        raise UserError(
            f'video: frame {index} is of shape {frame.shape} and type {frame.dtype}; {_NEEDED}.'
        )
    return frame

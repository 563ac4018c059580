"""Frames of a video that can be read once, from its beginning: a pipe."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
import numpy as np

from mevis.apis.inference.file_source import moving_pictures, upright
from mevis.apis.inference.frame_source import DEFAULT_FPS
from mevis.datasets.frame_reader import check_size
from mevis.errors import UserError


class PipedVideo:
    """A video in a format that needs no seeking, such as MPEG-TS, Matroska or NUT.

    :func:`open_pipe` makes one.

    Args:
        container: Of PyAV, open for reading.
        name: For errors.
    """

    def __init__(self, container: av.container.InputContainer, name: str) -> None:
        self._container = container
        self._name = name
        self._stream = moving_pictures(container, name)
        self.fps = float(self._stream.average_rate or self._stream.guessed_rate or DEFAULT_FPS)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields frames (H, W, 3) uint8 RGB as they come.

        Raises:
            UserError: If the stream is damaged, or its frames change their size.
        """
        size, count = None, 0
        try:
            for picture in self._container.decode(self._stream):
                frame = upright(picture)
                size = size or frame.shape[:2]
                yield check_size(frame, size, f'{self._name}, frame {count}')
                count += 1
        except av.error.FFmpegError as error:
            raise UserError(
                f'{self._name}: cannot be decoded after frame {count} ({error.strerror}).'
            ) from error


@contextmanager
def open_pipe(pipe: BinaryIO, name: str = 'standard input') -> Iterator[PipedVideo]:
    """Opens a video that comes through a pipe.

    Args:
        pipe: Open for reading bytes; never sought in.
        name: For errors.

    Raises:
        UserError: If there is no video in it.
    """
    try:
        # A playlist would have FFmpeg read other files.
        nothing_else = {'protocol_whitelist': 'pipe'}
        container = av.open(
            _ReadOnly(pipe), metadata_errors='replace', container_options=nothing_else
        )
    except (av.error.FFmpegError, ValueError) as error:
        raise UserError(
            f'{name}: no video that can be read without seeking'
            f' ({getattr(error, "strerror", None) or error}). Send MPEG-TS, Matroska or NUT:'
            ' ffmpeg -i INPUT -f matroska -'
        ) from error
    with container:
        yield PipedVideo(container, name)


class _ReadOnly:
    """What FFmpeg may do with a pipe, whatever else the object could."""

    def __init__(self, pipe: BinaryIO) -> None:
        # As soon as something comes, and not when a whole buffer has come.
        self.read = getattr(pipe, 'read1', pipe.read)

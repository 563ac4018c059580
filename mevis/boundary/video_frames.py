"""Frames in a video file, read in place as if the file were a folder of pictures.

``clips320H/bird.mp4/00012`` names the twelfth frame of ``clips320H/bird.mp4``.
"""

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from mevis.boundary.files import regular_file
from mevis.errors import UserError

_ENDING = '.mp4'
_KEPT = 8
"""Frames per process: one is looked at several times in a row."""


def split_frame(path: str | Path) -> tuple[Path, int] | None:
    """Video file and number of the frame, from 1; None if the path names no such frame."""
    head, separator, tail = os.fspath(path).rpartition(f'{_ENDING}/')
    if not (separator and tail.isascii() and tail.isdecimal() and len(tail) < 10):
        return None
    file = Path(head + _ENDING)
    return (file, int(tail)) if not file.is_dir() else None


def stored_frame(file: Path, number: int) -> bytes:
    """A frame as the bytes of a picture (BMP, so not a bit is lost).

    Args:
        file: The video file.
        number: From 1, in the order in which frames are shown.

    Raises:
        FileNotFoundError: If there is no such file.
        UserError: If it is no whole video, or has fewer frames.
    """
    state = file.stat()
    return _decoded(file, number, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=_KEPT)
def _decoded(file: Path, number: int, size: int, changed: int) -> bytes:
    import av

    count = 0
    try:
        # An open file and no protocols, so that a playlist cannot make FFmpeg open others.
        options = {'protocol_whitelist': 'none'}
        with regular_file(file).open('rb') as source, av.open(source, options=options) as container:
            if not container.streams.video:
                raise UserError(f'{file}: it contains no video. Download it again.')
            # Not by seeking, which need not find the frame of a number exactly.
            for count, frame in enumerate(container.decode(video=0), 1):
                if count == number:
                    return _as_picture(frame)
    except av.error.FFmpegError as error:
        raise UserError(
            f'{file}: the video cannot be read ({error.strerror}). Download it again.'
        ) from error
    raise UserError(f'{file}: frame {number} is asked for, it has {count}. Download it again.')


def _as_picture(frame: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(frame.to_ndarray(format='rgb24')).save(buffer, 'BMP')
    return buffer.getvalue()

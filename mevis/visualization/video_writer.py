"""Videos that play anywhere, frame by frame to disk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from mevis.structures.atomic_write import atomic_path

# Codec, options.  Not every build of FFmpeg has x264.
_CODECS = {
    'libx264': {'crf': '20', 'preset': 'veryfast'},
    'mpeg4': {'qscale': '3'},
}
_TICK = Fraction(1, 1000)
"""Of the clock of films whose frames have times of their own."""


class VideoWriter:
    """Appends frames to an open container; one frame is in memory at a time.

    :func:`write_video` makes one.

    Args:
        container: Of PyAV, open for writing.
        fps: Frames per second.
        codec: Name of an encoder of FFmpeg.
        pixel_aspect: Width of a pixel by its height.
        times: When each frame is shown, seconds, rising; None: at a constant rate.
    """

    def __init__(
        self,
        container: Any,
        fps: Fraction,
        codec: str,
        pixel_aspect: Fraction = Fraction(1),
        times: Sequence[float] | None = None,
    ) -> None:
        self._container = container
        self._fps = fps
        self._codec = codec
        self._pixel_aspect = pixel_aspect
        self._stamps = None if times is None else _stamps(times)
        self._count = 0
        self._stream: Any = None
        self._shape: tuple[int, ...] | None = None

    def write(self, frame: np.ndarray) -> None:
        """Appends a frame.

        Args:
            frame: (H, W, 3) uint8 RGB, of the size of the first one.

        Raises:
            ValueError: If it has another size.
        """
        if self._shape is None:
            self._open_stream(frame.shape)
        if frame.shape != self._shape:
            raise ValueError(f'a frame of {frame.shape} after one of {self._shape}.')
        height, width = frame.shape[:2]
        even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge')
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format='rgb24')
        if self._stamps is not None:
            picture.pts, picture.time_base = self._stamps[self._count], _TICK
        self._count += 1
        self._container.mux(self._stream.encode(picture))

    def flush(self) -> None:
        """Writes what the encoder still holds."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())

    def _open_stream(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        options = dict(_CODECS.get(self._codec, {}))
        self._stream = self._container.add_stream(self._codec, rate=self._fps, options=options)
        self._stream.height = shape[0] + shape[0] % 2
        self._stream.width = shape[1] + shape[1] % 2
        self._stream.pix_fmt = 'yuv420p'
        self._stream.codec_context.sample_aspect_ratio = self._pixel_aspect
        if self._stamps is not None:
            self._stream.time_base = self._stream.codec_context.time_base = _TICK


def _stamps(times: Sequence[float]) -> list[int]:
    """Times in ticks; no two are the same."""
    stamps: list[int] = []
    for time in times:
        stamps.append(max(round(time / _TICK), stamps[-1] + 1 if stamps else 0))
    return stamps


@contextmanager
def write_video(
    path: str | Path,
    fps: Fraction | float,
    codec: str | None = None,
    pixel_aspect: Fraction = Fraction(1),
    times: Sequence[float] | None = None,
) -> Iterator[VideoWriter]:
    """Opens an ``.mp4`` that is whole after the block, or absent.

    H.264 where FFmpeg has x264, else MPEG-4 part 2.  Both store colour for blocks of two by two
    pixels: where a side is odd the last row or column is repeated.

    Args:
        path: The file; folders are made, an older file stays until the new one is whole.
        fps: Frames per second.
        codec: Name of an encoder of FFmpeg;
            None: the best that there is.
        pixel_aspect: Width of a pixel by its height, for the player.
        times: When each frame is shown, seconds, rising;
            None: at a constant rate.

    Raises:
        OSError: If the file cannot be written; names it.
    """
    rate = Fraction(fps).limit_denominator(1001)
    try:
        with atomic_path(path) as temporary, av.open(str(temporary), 'w') as container:
            writer = VideoWriter(container, rate, codec or best_codec(), pixel_aspect, times)
            yield writer
            writer.flush()
    except av.error.FFmpegError as error:
        # FFmpeg does not say which file it was about.
        raise OSError(error.errno, error.strerror, str(path)) from error


def best_codec() -> str:
    """The first of our encoders that this build of FFmpeg has."""
    for codec in _CODECS:
        try:
            av.Codec(codec, 'w')
        except ValueError:
            continue
        return codec
    raise OSError(f'PyAV was built with none of the encoders {", ".join(_CODECS)}. Reinstall av.')

"""Video files for tests."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_video_file(
    path: Path,
    frames: np.ndarray,
    codec: str = 'ffv1',
    pix_fmt: str = 'bgr0',
    rate: Fraction | int = 10,
    turn: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes frames (T, H, W, 3) uint8 RGB with any codec; by default nothing of them is lost.

    Args:
        path: The file; its suffix chooses the container.
        frames: The frames.
        codec: Name of an encoder of FFmpeg.
        pix_fmt: How the encoder stores a pixel.
        rate: Frames per second.
        turn: Degrees by which a player is told to turn the frames, counterclockwise.
        options: Of the container.

    Returns:
        The path.
    """
    with av.open(str(path), 'w', options=options or {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pix_fmt
        if turn:
            stream.set_display_rotation(turn)
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
    return path

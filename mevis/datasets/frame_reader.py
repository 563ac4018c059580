"""Frames from disk, when they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mevis.boundary.pictures import read_rgb
from mevis.errors import UserError

MEND = 'Extract it again, or run tools/check_dataset.py.'
"""What to do about a frame that is missing or damaged."""


def read_frame(path: str | Path) -> np.ndarray:
    """Reads one frame of a dataset, whole or not at all.

    As in the official code an EXIF orientation is not followed: masks lie on pixels as stored.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        UserError: If the file is missing, truncated or no picture.
    """
    return read_rgb(path, 'frame', MEND)


@dataclass(frozen=True)
class FrameReader:
    """Original frames of a sample by position; holds paths only, so it travels between processes.

    Attributes:
        paths: One file per frame.
        size: (H, W) that each must have.
    """

    paths: Sequence[str]
    size: tuple[int, int]

    def __call__(self, positions: Sequence[int]) -> np.ndarray:
        """Reads frames.

        Returns:
            (n, H, W, 3) uint8, RGB.

        Raises:
            UserError: If a frame cannot be read or is of another size.
        """
        frames = np.empty((len(positions), *self.size, 3), np.uint8)
        for index, position in enumerate(positions):
            frames[index] = check_size(
                read_frame(self.paths[position]), self.size, self.paths[position]
            )
        return frames


def check_size(frame: np.ndarray, size: tuple[int, int], path: str) -> np.ndarray:
    """Returns the frame if it has the size of its video's first one.

    Raises:
        UserError: If it has another.
    """
    if frame.shape[:2] != tuple(size):
        raise UserError(
            f'{path}: the frame is {frame.shape[0]}x{frame.shape[1]} (height x width), others'
            f' of its video are {size[0]}x{size[1]}. Extract the video again.'
        )
    return frame

"""Recordings of the official MinVIS and DVIS."""

from pathlib import Path

import numpy as np

import mevis.models  # noqa: F401 - registers what the recordings need
from mevis.checkpoints.dvis import convert_official, convert_to_official
from mevis.datasets.transforms.image_size import resize_frame, shortest_edge_size
from mevis.testing.parity.comparison import Comparison
from mevis.testing.parity.dvis import DVISParity


def _resize(frame: np.ndarray, short_side: int, max_long_side: int) -> np.ndarray:
    return resize_frame(frame, shortest_edge_size(frame.shape[:2], short_side, max_long_side))


def recordings(folder: Path) -> DVISParity:
    """The recordings of a folder, with what they are checked with.

    Raises:
        UserError: If it has no index.
    """
    return DVISParity(folder, convert_official, convert_to_official, _resize)


def check_folder(folder: Path) -> list[Comparison]:
    """Checks every recording of a folder.

    Raises:
        UserError: If there is none.
    """
    return recordings(folder).check_folder()

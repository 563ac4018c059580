"""Annotations whose pixels are object ids: palette PNGs of DAVIS and YouTube-VOS."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mevis.boundary.pictures import open_mask
from mevis.errors import UserError
from mevis.structures import encode_rle


def read_object_ids(path: Path) -> np.ndarray:
    """Object ids, (H, W) uint8.

    Raises:
        UserError: If the file is missing, damaged or no palette picture.
    """
    with open_mask(path, 'annotation', 'Extract the file again.') as image:
        if image.mode not in ('P', 'L'):
            raise UserError(
                f'{path}: mode {image.mode}, not a palette PNG whose pixels are object ids.'
                ' Extract the annotations again without converting them.'
            )
        return np.asarray(image)


def read_object_masks(
    paths: Iterable[Path], object_ids: Sequence[int]
) -> list[dict[str, Any] | None]:
    """The union of some objects as one RLE per annotation; None where none is seen."""
    rles: list[dict[str, Any] | None] = []
    for path in paths:
        mask = np.isin(read_object_ids(path), object_ids)
        rles.append(encode_rle(mask[None])[0] if mask.any() else None)
    return rles

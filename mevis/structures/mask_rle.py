"""COCO run-length encoding of masks, checked against the size they should have."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mevis.boundary.rle import check_runs
from mevis.errors import UserError

Rle = Mapping[str, Any]


def encode_rle(masks: np.ndarray) -> list[dict[str, Any]]:
    """Encodes masks as JSON-ready COCO RLE.

    Args:
        masks: (T, H, W), bool or 0/1 uint8.

    Returns:
        T dicts ``{'size': [H, W], 'counts': text}``.
    """
    columns = np.asfortranarray(masks.transpose(1, 2, 0).astype(np.uint8))
    return [
        {'size': [int(side) for side in rle['size']], 'counts': rle['counts'].decode('ascii')}
        for rle in coco_mask.encode(columns)
    ]


def _checked(rle: Rle, size: tuple[int, int], name: str) -> Rle:
    if tuple(rle['size']) != tuple(size):
        raise ValueError(
            f'{name}: the RLE is of size {tuple(rle["size"])} (height, width),'
            f' the frame is {tuple(size)}.'
        )
    return rle


def _decode(rles: Sequence[Rle], name: str) -> np.ndarray:
    try:
        check_runs(rles, name)
        return coco_mask.decode(rles)
    except UserError:
        raise
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        raise ValueError(f'{name}: the RLE cannot be decoded ({error}).') from error


def decode_rle(rles: Sequence[Rle | None], size: tuple[int, int], name: str = 'mask') -> np.ndarray:
    """Decodes one RLE per frame.

    Args:
        rles: T RLEs; None where the object is absent.
        size: (H, W) that every RLE must have.
        name: What the error calls the mask.

    Returns:
        (T, H, W) bool.

    Raises:
        ValueError: If an RLE has another size, its runs do not fill it or it cannot be decoded.
    """
    masks = np.zeros((len(rles), *size), dtype=bool)
    present = [index for index, rle in enumerate(rles) if rle is not None]
    if present:
        checked = [_checked(rles[index], size, name) for index in present]
        masks[present] = _decode(checked, name).transpose(2, 0, 1)
    return masks


def decode_box(rle: Rle, size: tuple[int, int], name: str = 'mask') -> tuple[np.ndarray, int, int]:
    """Decodes the part of a mask that is inside of its box.

    Args:
        rle: The RLE.
        size: (H, W) that it must have.
        name: What the error calls the mask.

    Returns:
        (h, w) uint8, 0 or 1, and the row and column of its first pixel.

    Raises:
        ValueError: If the RLE has another size or cannot be decoded.
    """
    mask = _decode([_checked(rle, size, name)], name)[..., 0]
    left, top, width, height = (int(side) for side in coco_mask.toBbox(as_coco(rle)))
    return mask[top : top + height, left : left + width], top, left


def merge_rles(
    tracks: Sequence[Sequence[Rle | None]], size: tuple[int, int], name: str = 'mask'
) -> list[dict[str, Any] | None]:
    """Unites several objects, frame by frame.

    Args:
        tracks: One sequence of T RLEs (or None) per object; none at all gives an empty list.
        size: (H, W) that every RLE must have.
        name: What the error calls the mask.

    Returns:
        T RLEs; None where every object is absent.

    Raises:
        ValueError: If an RLE has another size.
    """
    merged: list[dict[str, Any] | None] = []
    for frame in zip(*tracks, strict=True):
        present = [_checked(rle, size, name) for rle in frame if rle is not None]
        if not present:
            merged.append(None)
            continue
        union = coco_mask.merge([as_coco(rle) for rle in present], intersect=False)
        merged.append({'size': list(size), 'counts': union['counts'].decode('ascii')})
    return merged


def as_coco(rle: Rle) -> dict[str, Any]:
    """The RLE as pycocotools takes it: run lengths as bytes."""
    counts = rle['counts']
    return {
        'size': list(rle['size']),
        'counts': counts.encode() if isinstance(counts, str) else counts,
    }

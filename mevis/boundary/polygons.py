"""Outlines from outside become masks."""

from collections.abc import Mapping, Sequence
from typing import Any

from pycocotools import mask as coco_mask

from mevis.boundary.rle import Rle, check_runs, check_size, compressed
from mevis.errors import UserError

_FAR = 10
"""Sides of the picture by which a point may lie outside of it."""


def mask_to_rle(mask: Any, size: Sequence[int], place: str) -> Rle | None:
    """A ``segmentation`` of COCO, polygons or an RLE of either form, as a compressed RLE.

    Args:
        mask: What the file holds.
        size: (H, W) of the picture.
        place: File and entry, for messages.

    Returns:
        The RLE; None without any polygon.

    Raises:
        UserError: If it has another form, or does not fit the picture.
    """
    if isinstance(mask, list):
        return polygons_to_rle(mask, size, place)
    if not isinstance(mask, Mapping):
        raise UserError(f'{place}: neither polygons [[x, y, ...]] nor an RLE. Download it again.')
    rle = compressed(mask, place)
    check_size(rle['size'], size, place)
    check_runs([rle], place)
    return rle


def polygons_to_rle(polygons: Sequence[Any], size: Sequence[int], place: str) -> Rle | None:
    """The union of polygons, rasterized as pycocotools does it.

    Args:
        polygons: Lists of x and y in turn, pixels.
        size: (H, W) of the picture.
        place: File and entry, for messages.

    Returns:
        The RLE; None without any polygon.

    Raises:
        UserError: If one is no list of three points or more, or a point is far outside.
    """
    if not polygons:
        return None
    try:
        points = [[_number(value) for value in polygon] for polygon in polygons]
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f'{place}: no RLE, null or list of polygons [x, y, ...].') from error
    if any(len(p) < 6 or len(p) % 2 for p in points):
        raise UserError(f'{place}: a polygon is a list of at least three points, x and y in turn.')
    # pycocotools walks along each edge, however far outside of the picture it is.
    far = _FAR * max(size)
    if any(not abs(value) <= far for p in points for value in p):
        raise UserError(f'{place}: a point of the polygon is far outside of the picture.')
    rle = coco_mask.merge(coco_mask.frPyObjects(points, *size))
    return {
        'size': [int(side) for side in rle['size']],
        'counts': rle['counts'].decode('ascii'),
    }


def _number(value: Any) -> float:
    """float() would take texts and booleans too."""
    if type(value) not in (int, float):
        raise TypeError
    return float(value)

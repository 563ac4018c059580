"""F: how well the outlines of two masks agree.

The figures are those of the DAVIS toolkit, which dilates both boundary maps of the whole frame
with a disk.  Here the maps are made of the part of the frame that holds a mask, and only boundary
pixels are asked whether the disk around them holds a pixel of the other boundary.  Both ways count
the same pixels; tests compare them.
"""

from functools import lru_cache

import cv2
import numpy as np

from mevis.evaluation.functional.union_box import union_box

TOLERANCE_SHARE = 0.008
"""The tolerance as a share of the frame's diagonal."""


def boundary_accuracy(
    prediction: np.ndarray, truth: np.ndarray, tolerance: int | None = None
) -> float:
    """F-measure of the boundaries of two masks of one frame.

    Args:
        prediction: (H, W) bool.
        truth: (H, W) bool.
        tolerance: Pixels by which a boundary may be off; by default that of a frame of the masks'
            size.  Needed where the masks were cropped.

    Returns:
        From 0 to 1; 1 where neither mask has a boundary.

    Raises:
        ValueError: If the masks differ in size.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f'sizes differ: prediction {prediction.shape}, truth {truth.shape}')
    radius = boundary_tolerance(truth.shape) if tolerance is None else tolerance
    box = union_box(prediction, truth)
    if box is None:
        return 1.0
    found, wanted = boundary_map(prediction[box]), boundary_map(truth[box])
    num_found, num_wanted = int(np.count_nonzero(found)), int(np.count_nonzero(wanted))
    if not num_found and not num_wanted:
        return 1.0
    if not num_found or not num_wanted:
        return 0.0
    meeting = _meeting_place(found, wanted, radius)
    if meeting is None:
        return 0.0
    found, wanted = found[meeting], wanted[meeting]
    precision = _count_near(found, wanted, radius) / num_found
    recall = _count_near(wanted, found, radius) / num_wanted
    if precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


@lru_cache(maxsize=32)
def boundary_tolerance(shape: tuple[int, ...]) -> int:
    """Pixels by which a boundary may be off in frames of (H, W)."""
    # Where the product is about whole (75 x 100: 1.0), the last bit of this norm decides.
    return int(np.ceil(TOLERANCE_SHARE * np.linalg.norm(shape)))


def boundary_map(mask: np.ndarray) -> np.ndarray:
    """Pixels that differ from their neighbour to the right, below, or below to the right.

    In the last row only the neighbour to the right counts, in the last column only the one below,
    and the last pixel of the frame is no boundary; so a mask that fills the frame has none.

    Args:
        mask: (H, W) bool.

    Returns:
        (H, W) bool.
    """
    boundary = np.zeros(mask.shape, dtype=bool)
    inner = mask[:-1, :-1]
    boundary[:-1, :-1] = (inner ^ mask[:-1, 1:]) | (inner ^ mask[1:, :-1]) | (inner ^ mask[1:, 1:])
    boundary[-1, :-1] = mask[-1, :-1] ^ mask[-1, 1:]
    boundary[:-1, -1] = mask[:-1, -1] ^ mask[1:, -1]
    return boundary


def _meeting_place(
    first: np.ndarray, second: np.ndarray, radius: int
) -> tuple[slice, slice] | None:
    """The part of two maps that holds every pixel with one of the other map within the radius."""
    window = []
    for axis in (1, 0):
        lines = [np.flatnonzero(boundary.any(axis)) for boundary in (first, second)]
        start = max(int(line[0]) for line in lines) - radius
        stop = min(int(line[-1]) for line in lines) + radius + 1
        if start >= stop:
            return None
        window.append(slice(max(0, start), stop))
    return tuple(window)


def _count_near(points: np.ndarray, others: np.ndarray, radius: int) -> int:
    """How many pixels of one map have a pixel of the other within the radius, both (H, W) bool."""
    # Outlines are a few pixels of many.  Of noise, the whole map is dilated faster.
    if np.count_nonzero(points) * (2 * radius + 1) * 2 > points.size:
        dilated = cv2.dilate(others.view(np.uint8), _disk(radius))
        return int(np.count_nonzero(points & dilated.view(bool)))
    return int(np.count_nonzero(_has_near(points, others, radius)))


def _has_near(points: np.ndarray, others: np.ndarray, radius: int) -> np.ndarray:
    """Whether the disk around each of the n pixels of a map holds a pixel of the other; (n,) bool.

    A disk is a stack of horizontal runs; a run holds a pixel where the running count of the map,
    row after row, rises from its one end to the other.
    """
    padded = np.pad(others, radius)
    width = padded.shape[1]
    count = np.zeros(padded.size + 1, np.int32)
    np.cumsum(padded.ravel(), out=count[1:], dtype=np.int32)
    offset = np.arange(-radius, radius + 1)
    half = _disk(radius).sum(1, dtype=np.int64) // 2
    rows, columns = np.divmod(np.flatnonzero(points), points.shape[1])
    centre = ((rows + radius) * width + columns + radius)[:, None] + offset * width
    return (count[centre + half + 1] > count[centre - half]).any(1)


@lru_cache(maxsize=32)
def _disk(radius: int) -> np.ndarray:
    """(2r + 1, 2r + 1) uint8, 1 at a distance of at most the radius."""
    offset = np.arange(-radius, radius + 1)
    return (offset[:, None] ** 2 + offset**2 <= radius**2).astype(np.uint8)

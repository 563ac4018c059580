"""F: how well the outlines of two masks agree.

The figures are those of the DAVIS toolkit, which dilates both boundary maps of the whole frame
with a disk.  Here the maps are made of the part of the frame that holds a mask, and only around
boundary pixels is the other boundary looked up (:mod:`near_pixels`).  Both ways count the same
pixels; tests compare them.
"""

from functools import lru_cache

import numpy as np

from mevis.evaluation.functional.near_pixels import Points, count_near
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
    return 1.0 if box is None else boundary_agreement(prediction[box], truth[box], radius)


def boundary_agreement(prediction: np.ndarray, truth: np.ndarray, radius: int) -> float:
    """The same of masks that are cropped by :func:`union_box` already.

    Args:
        prediction: (H, W) bool.
        truth: (H, W) bool.
        radius: Pixels by which a boundary may be off, of the whole frame.
    """
    found, wanted = boundary_map(prediction), boundary_map(truth)
    num_found, num_wanted = int(np.count_nonzero(found)), int(np.count_nonzero(wanted))
    if not num_found and not num_wanted:
        return 1.0
    if not num_found or not num_wanted:
        return 0.0
    if num_found <= num_wanted:
        near_found, near_wanted = _count_both(found, wanted, radius)
    else:
        near_wanted, near_found = _count_both(wanted, found, radius)
    precision, recall = near_found / num_found, near_wanted / num_wanted
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
    mask = np.ascontiguousarray(mask)
    right = np.empty(mask.shape, bool)
    # In one run over memory; where a row ends its pixel meets the next row's, which does not count.
    np.not_equal(mask.ravel()[:-1], mask.ravel()[1:], out=right.ravel()[:-1])
    right[:, -1] = False
    boundary = np.empty(mask.shape, bool)
    np.not_equal(mask[:-1], mask[1:], out=boundary[:-1])
    boundary[-1] = False
    boundary |= right
    # Below to the right is another value if below is, or if below's neighbour to the right is.
    boundary[:-1] |= right[1:]
    return boundary


def _count_both(few: np.ndarray, many: np.ndarray, radius: int) -> tuple[int, int]:
    """How many pixels of each of two (H, W) bool maps have one of the other within the radius.

    Args:
        few: The map with fewer pixels; what is farther away from all of them is not looked at.
        many: The other one.
        radius: Pixels.
    """
    rows, columns = _points(few)
    top, left = (max(0, int(line.min()) - radius) for line in (rows, columns))
    bottom, right = (int(line.max()) + radius + 1 for line in (rows, columns))
    few, many = few[top:bottom, left:right], many[top:bottom, left:right]
    return (
        count_near((rows - top, columns - left), many, radius),
        count_near(_points(many), few, radius),
    )


def _points(pixels: np.ndarray) -> Points:
    """Rows and columns of the pixels of a map."""
    return np.divmod(np.flatnonzero(pixels), pixels.shape[1])

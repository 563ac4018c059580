"""The part of a frame in which two masks can differ."""

import numpy as np


def union_box(first: np.ndarray, second: np.ndarray) -> tuple[slice, slice] | None:
    """The box around two masks, with a pixel of background on each side where the frame has one.

    The margin makes scores of the cropped masks equal to those of the whole frame: rules for the
    border of the frame then apply to an edge of the crop only where that is the border.

    Args:
        first: (H, W) bool.
        second: (H, W) bool.

    Returns:
        Rows and columns; None where both masks are empty.
    """
    union = first | second
    rows, columns = np.flatnonzero(union.any(1)), np.flatnonzero(union.any(0))
    if not len(rows):
        return None
    return tuple(slice(max(0, int(line[0]) - 1), int(line[-1]) + 2) for line in (rows, columns))

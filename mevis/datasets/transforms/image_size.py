"""How large a frame becomes, and how it gets there: as in the official code."""

import mmcv
import numpy as np


def scaled_size(
    size: tuple[int, int], short_side: int, max_long_side: int | None
) -> tuple[int, int]:
    """The size with a given shorter side, less where the longer one would get too long.

    Args:
        size: (H, W), pixels.
        short_side: Shorter side, pixels.
        max_long_side: Bound of the longer side, pixels.

    Returns:
        (h, w), rounded as torchvision and DETR do it; at least one pixel each.
    """
    shorter, longer = min(size), max(size)
    if max_long_side is not None and longer / shorter * short_side > max_long_side:
        short_side = int(round(max_long_side * shorter / longer))
        if short_side < 1:  # a thin picture, whose longer side must not follow from the rounding
            return (1, max_long_side) if size[0] <= size[1] else (max_long_side, 1)
    long_side = int(short_side * longer / shorter)
    if short_side == shorter:
        return int(size[0]), int(size[1])
    return (short_side, long_side) if size[0] <= size[1] else (long_side, short_side)


def shortest_edge_size(
    size: tuple[int, int], short_side: int, max_long_side: int | None
) -> tuple[int, int]:
    """Like :func:`scaled_size`, rounded as detectron2 (and so DVIS) does it.

    Args:
        size: (H, W), pixels.
        short_side: Shorter side, pixels.
        max_long_side: Bound of the longer side, pixels.

    Returns:
        (h, w), at least one pixel each.
    """
    scale = short_side / min(size)
    sides = [float(short_side), scale * size[1]]
    if size[0] >= size[1]:
        sides = [scale * size[0], float(short_side)]
    if max_long_side is not None and max(sides) > max_long_side:
        limit = max_long_side / max(sides)
        sides = [side * limit for side in sides]
    return max(1, int(sides[0] + 0.5)), max(1, int(sides[1] + 0.5))


ROUNDINGS = {'detr': scaled_size, 'detectron2': shortest_edge_size}
"""How a size is rounded, by where the weights come from."""


def resize_frame(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pillow's bilinear filter, which averages when it makes smaller.

    Args:
        frame: (H, W, 3) uint8.
        size: (h, w).

    Returns:
        (h, w, 3) uint8.
    """
    if frame.shape[:2] == tuple(size):
        return frame
    return mmcv.imresize(frame, (size[1], size[0]), interpolation='bilinear', backend='pillow')

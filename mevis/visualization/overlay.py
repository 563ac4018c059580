"""A mask on a frame."""

import cv2
import numpy as np

from mevis.visualization.palette import Colour

_EDGE = (255, 255, 255)


def draw_mask(
    frame: np.ndarray,
    mask: np.ndarray,
    colour: Colour,
    opacity: float = 0.45,
    thickness: int | None = None,
) -> None:
    """Tints a mask and draws its contour, in place.

    The contour has a light edge, so that it shows on things of its own colour too.

    Args:
        frame: (H, W, 3) uint8 RGB.
        mask: (H, W) bool.
        colour: RGB.
        opacity: Of the tint: 0 leaves the frame, 1 hides it.
        thickness: Of the contour, pixels; 0: none; None: fit for the frame's size.
    """
    if not mask.any():
        return
    inside = frame[mask].astype(np.float32)
    tint = np.asarray(colour, np.float32)
    frame[mask] = np.rint(inside + opacity * (tint - inside)).astype(np.uint8)
    if thickness is None:
        thickness = max(1, round(min(frame.shape[:2]) / 180))
    if thickness:
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(frame, contours, -1, _EDGE, thickness + 2)
        cv2.drawContours(frame, contours, -1, colour, thickness)


def resize_frame(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A frame (H, W, 3) uint8 for looking at: averaged when it gets smaller, else blocks of pixels.

    Args:
        frame: The frame.
        size: (height, width).

    Returns:
        A new array that may be drawn on, also where the size is the same.
    """
    if frame.shape[:2] == tuple(size):
        return np.array(frame)
    smaller = size[0] * size[1] < frame.shape[0] * frame.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_NEAREST
    return cv2.resize(np.ascontiguousarray(frame), (size[1], size[0]), interpolation=how)


def resize_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A mask (H, W) bool at another (height, width)."""
    if mask.shape == tuple(size):
        return mask
    resized = cv2.resize(mask.astype(np.uint8), (size[1], size[0]), interpolation=cv2.INTER_NEAREST)
    return resized.astype(bool)

"""What of a frame is not its background."""

import cv2
import numpy as np

from mevis.track_sources.motion.background import View

_LEAST_DIFFERENCE = 14
_MOST_DIFFERENCE = 40
_SURE = 1.8


def foreground(frame: np.ndarray, view: View, slack: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Compares a frame with the background.

    Args:
        frame: (h, w, 3) uint8 RGB.
        view: The background as the frame would show it.
        slack: Pixels by which the alignment may be wrong: what the background shows so near is no
            difference.

    Returns:
        Two (h, w) bool: where the frame differs, and where it surely does.
    """
    frame = cv2.GaussianBlur(frame, (3, 3), 0)
    low = high = _same_exposure(cv2.GaussianBlur(view.colour, (3, 3), 0), frame)
    spread = view.spread
    if slack:
        kernel = np.ones((2 * slack + 1, 2 * slack + 1), np.uint8)
        low, high, spread = (
            cv2.erode(low, kernel),
            cv2.dilate(high, kernel),
            cv2.dilate(spread, kernel),
        )
    difference = cv2.max(cv2.subtract(frame, high), cv2.subtract(low, frame)).max(axis=-1)
    noise = 1.48 * np.median(difference[view.known]) if view.known.any() else 0.0
    threshold = np.clip(4 * noise, _LEAST_DIFFERENCE, _MOST_DIFFERENCE) + 2.0 * spread
    differs = (difference > threshold) & view.known
    return _cleaned(differs), (difference > _SURE * threshold) & view.known


def _same_exposure(colour: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """The background as bright as the frame: cameras adapt to what they see."""
    step = np.s_[::4, ::4]
    shift = np.median(frame[step].astype(np.int16) - colour[step], axis=(0, 1))
    if np.abs(shift).max() < 2:
        return colour
    return np.clip(colour + shift, 0, 255).astype(np.uint8)


def _cleaned(mask: np.ndarray) -> np.ndarray:
    """Without specks, and with the parts of an object joined; people are higher than wide."""
    image = mask.astype(np.uint8)
    image = cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    image = cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8))
    image = cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return image.astype(bool)

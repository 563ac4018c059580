"""What a scene looks like without what moves in it: the median of aligned frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

_FEWEST_SAMPLES = 3


@dataclass(frozen=True)
class View:
    """A background as some frame would show it.

    Attributes:
        colour: (h, w, 3) uint8 RGB.
        spread: (h, w) uint8, how much a pixel changes by itself: leaves, water, noise.
        known: (h, w) bool, where enough frames saw the place.
    """

    colour: np.ndarray
    spread: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Background:
    """The scene behind what moves, in the frame of a key and somewhat around it.

    Attributes:
        colour: (H, W, 3) uint8 RGB.
        spread: (H, W) uint8, how much a pixel changes by itself: leaves, water, noise.
        known: (H, W) uint8, 255 where enough frames saw the place.
        offset: (3, 3) homography from pixels of the key to those of this picture.
    """

    colour: np.ndarray
    spread: np.ndarray
    known: np.ndarray
    offset: np.ndarray

    def seen_from(self, to_key: np.ndarray, size: tuple[int, int]) -> View:
        """The background as a frame would show it.

        Args:
            to_key: (3, 3) homography from the frame to the key.
            size: (h, w) of the frame.
        """
        transform = self.offset @ to_key
        views = [
            warp(image, transform, size, inverse=True)
            for image in (self.colour, self.spread, self.known)
        ]
        return View(views[0], views[1], views[2] == 255)


def build_background(
    frames: Sequence[np.ndarray],
    to_key: Sequence[np.ndarray],
    views: Sequence[np.ndarray],
) -> tuple[Background, np.ndarray, np.ndarray]:
    """Takes the median of aligned frames.

    Args:
        frames: N frames (h, w, 3) uint8 RGB.
        to_key: Their (3, 3) homographies to the key.
        views: Homographies to the key of the frames that will be compared: the picture is large
            enough for all of them.

    Returns:
        The background; the aligned frames, (N, H, W, 3) uint8; and where they are, (N, H, W) bool.
    """
    size = frames[0].shape[:2]
    offset, canvas = _canvas([*views, np.eye(3)], size)
    stack = np.empty((len(frames), *canvas, 3), np.uint8)
    seen = np.empty((len(frames), *canvas), bool)
    full = np.full(size, 255, np.uint8)
    for index, (frame, transform) in enumerate(zip(frames, to_key, strict=True)):
        stack[index] = warp(frame, offset @ transform, canvas)
        seen[index] = warp(full, offset @ transform, canvas) == 255
    count = seen.sum(axis=0)
    colour = _median(stack, seen[..., None], count[..., None])
    known = (count >= min(_FEWEST_SAMPLES, len(frames))).astype(np.uint8) * 255
    return Background(colour, _spread(stack, seen), known, offset), stack, seen


def warp(
    image: np.ndarray, transform: np.ndarray, size: tuple[int, int], inverse: bool = False
) -> np.ndarray:
    """Moves a picture by a homography; zeros come in from outside."""
    if np.allclose(transform, np.eye(3)) and image.shape[:2] == tuple(size):
        return image
    flags = cv2.INTER_LINEAR | (cv2.WARP_INVERSE_MAP if inverse else 0)
    return cv2.warpPerspective(image, transform, tuple(size)[::-1], flags=flags)


def _canvas(
    views: Sequence[np.ndarray], size: tuple[int, int]
) -> tuple[np.ndarray, tuple[int, int]]:
    """The picture that holds all views, no larger than twice a frame in either direction."""
    height, width = size
    corners = np.array([[[0, 0], [width, 0], [0, height], [width, height]]], np.float64)
    points = np.concatenate([cv2.perspectiveTransform(corners, view)[0] for view in views])
    low = np.maximum(np.floor(points.min(axis=0)), (-width / 2, -height / 2)).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0)), (1.5 * width, 1.5 * height)).astype(int)
    offset = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    return offset, (int(high[1] - low[1]), int(high[0] - low[0]))


def _spread(stack: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """How much a place changes from one frame to the next, at the median.

    The deviation from the median would be large where something stood for half of the time.
    """
    if len(stack) < 2:
        return np.zeros(stack.shape[1:3], np.uint8)
    change = np.stack([cv2.absdiff(a, b).max(axis=-1) for a, b in pairwise(stack)])
    both = seen[1:] & seen[:-1]
    return _median(change, both, both.sum(axis=0))


def _median(stack: np.ndarray, seen: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The median over the frames that saw a place; sorts the stack in place."""
    if seen.all():
        return np.partition(stack, len(stack) // 2, axis=0)[len(stack) // 2]
    ordered = np.sort(np.where(seen, stack, 255), axis=0)
    middle = np.broadcast_to(np.maximum(count - 1, 0) // 2, ordered.shape[1:])
    return np.take_along_axis(ordered, middle[None], axis=0)[0]

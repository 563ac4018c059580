"""What stood in the background and left, or came and stayed: the median takes it for the scene."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from mevis.track_sources.motion.background import Background, View
from mevis.track_sources.motion.foreground import foreground
from mevis.track_sources.motion.regions import Region, regions_of

_MORE_EDGE = 1.3
_LEAST_EDGE = 8.0
_FEWEST_FRAMES = 3
_ROUNDS = 2


def without_ghosts(
    background: Background, stack: np.ndarray, seen: np.ndarray, slack: int, smallest: int
) -> Background:
    """Takes out of the background what rested in it for a while.

    Where a frame differs from the background, one of the two shows an object; it is the one with
    an edge along the outline of the difference.  If it is the background, the frames that differ
    show what is behind.

    Args:
        background: The median.
        stack: Frames aligned with it, (N, H, W, 3) uint8.
        seen: Where they are, (N, H, W) bool.
        slack: As of :func:`foreground`.
        smallest: Pixels of a region at least.
    """
    for _ in range(_ROUNDS):
        votes = np.zeros(background.spread.shape, np.uint16)
        total = np.zeros(background.colour.shape, np.float32)
        for frame, ghost in _ghosts(background, stack, seen, slack, smallest):
            total[ghost] += frame[ghost]
            votes += ghost
        mended = votes >= _FEWEST_FRAMES
        if not mended.any():
            break
        colour = background.colour.copy()
        colour[mended] = (total[mended] / votes[mended][:, None]).round().astype(np.uint8)
        background = replace(background, colour=colour)
    return background


def _ghosts(
    background: Background, stack: np.ndarray, seen: np.ndarray, slack: int, smallest: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each frame with where it shows what the background hides, (H, W) bool."""
    edges = edge_strength(background.colour)
    for frame, inside in zip(stack, seen, strict=True):
        view = View(background.colour, background.spread, (background.known == 255) & inside)
        frame_edges = edge_strength(frame)
        ghost = np.zeros(inside.shape, np.uint8)
        for region in regions_of(*foreground(frame, view, slack), smallest):
            if is_ghost(region, frame_edges, edges):
                ghost[region.window] |= region.mask
        if ghost.any():
            yield frame, (cv2.dilate(ghost, np.ones((5, 5), np.uint8)) > 0) & inside


def edge_strength(picture: np.ndarray) -> np.ndarray:
    """The strongest gradient of the colours of (H, W, 3) uint8, (H, W) float32."""
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    x, y = cv2.Sobel(smooth, cv2.CV_16S, 1, 0), cv2.Sobel(smooth, cv2.CV_16S, 0, 1)
    return (cv2.absdiff(x, 0) + cv2.absdiff(y, 0)).max(axis=-1).astype(np.float32)


def is_ghost(region: Region, frame_edges: np.ndarray, background_edges: np.ndarray) -> bool:
    """Whether the background and not the frame has the edge along a region's outline."""
    mask = np.pad(region.mask.astype(np.uint8), 1)
    kernel = np.ones((3, 3), np.uint8)
    ring = (cv2.dilate(mask, kernel) - cv2.erode(mask, kernel))[1:-1, 1:-1] > 0
    of_frame = frame_edges[region.window][ring].mean()
    of_background = background_edges[region.window][ring].mean()
    return bool(of_background > max(_MORE_EDGE * of_frame, _LEAST_EDGE))

"""Masks as a coarse segmentor might have drawn them, made from true ones."""

import cv2
import numpy as np


def degrade_mask(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws a mask coarsely, out of place, with parts missing or too much.

    The outline becomes that of a grid of 3 to 10 pixels with noise on it; in addition the mask may
    be shifted, lose what lies beyond a line or in a disc, or gain a disc at its edge.

    Args:
        mask: (H, W) bool.
        rng: What draws.

    Returns:
        (H, W) bool; empty only if ``mask`` is.
    """
    if not mask.any():
        return mask.copy()
    size = np.sqrt(mask.sum())
    for _ in range(4):
        shape = _moved(mask, rng, 0.06 * size)
        if rng.random() < 0.3:
            shape &= ~_half_plane(mask, rng)
        if rng.random() < 0.2:
            shape &= ~_disc(mask, rng, size)
        if rng.random() < 0.3:
            shape |= _disc(mask, rng, size)
        degraded = _coarse(shape, rng)
        if (degraded & mask).any():
            return degraded
    return mask.copy()


def _moved(mask: np.ndarray, rng: np.random.Generator, spread: float) -> np.ndarray:
    moved = np.zeros_like(mask)
    down, right = np.rint(rng.normal(0, spread, 2)).astype(int)
    height, width = mask.shape
    down, right = (
        int(np.clip(down, 1 - height, height - 1)),
        int(np.clip(right, 1 - width, width - 1)),
    )
    moved[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = mask[
        max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)
    ]
    return moved


def _half_plane(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What lies beyond a line that leaves 60 to 95 % of the mask."""
    rows, columns = np.indices(mask.shape)
    angle = rng.uniform(0, 2 * np.pi)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    return along > np.quantile(along[mask], rng.uniform(0.6, 0.95))


def _disc(mask: np.ndarray, rng: np.random.Generator, size: float) -> np.ndarray:
    """A disc around a pixel of the mask's outline."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    outline = np.argwhere(mask & ~inner)
    if not len(outline):
        outline = np.argwhere(mask)
    row, column = outline[rng.integers(len(outline))]
    rows, columns = np.indices(mask.shape)
    return (rows - row) ** 2 + (columns - column) ** 2 < (rng.uniform(0.1, 0.4) * size) ** 2


def _coarse(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = mask.shape
    cell = rng.uniform(3, 10)
    grid = max(1, round(width / cell)), max(1, round(height / cell))
    share = cv2.resize(mask.astype(np.float32), grid, interpolation=cv2.INTER_AREA)
    share += rng.normal(0, rng.uniform(0, 0.25), share.shape).astype(np.float32) * (
        (share > 0) & (share < 1)
    )
    smooth = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
    return smooth > rng.uniform(0.3, 0.6)

"""How much of each cell of a coarse grid a mask covers."""

from functools import lru_cache

import numpy as np

from mevis.structures.mask_rle import Rle, decode_box


def cover_cells(
    rle: Rle | None, size: tuple[int, int], grid: tuple[int, int], name: str = 'mask'
) -> np.ndarray:
    """Share of each cell that a mask covers.

    However coarse the grid, no pixel is lost; only the box of the mask is worked on.

    Args:
        rle: COCO RLE; None: nothing is there.
        size: (H, W) that the RLE must have.
        grid: (h, w) equal cells, which need not be whole pixels.
        name: What the error calls the mask.

    Returns:
        (h, w) float32 in [0, 1].

    Raises:
        ValueError: If the RLE has another size or cannot be decoded.
    """
    if rle is None:
        return np.zeros(grid, np.float32)
    box, top, left = decode_box(rle, size, name)
    down = _overlap(size[0], grid[0])[:, top : top + box.shape[0]]
    across = _overlap(size[1], grid[1])[:, left : left + box.shape[1]]
    return down @ box.astype(np.float32) @ across.T


@lru_cache(maxsize=16)
def _overlap(pixels: int, cells: int) -> np.ndarray:
    """Share of each cell that each pixel of a line takes, (cells, pixels) float32."""
    edges = np.arange(cells + 1) * pixels / cells
    pixel = np.arange(pixels)
    shared = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (shared.clip(0) * cells / pixels).astype(np.float32)

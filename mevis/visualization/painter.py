"""Frames of an overlay video."""

from collections.abc import Sequence

import numpy as np

from mevis.visualization.caption import BACKGROUND, Caption, caption_bar
from mevis.visualization.overlay import draw_mask, resize_frame, resize_mask

_GAP = 4


class FramePainter:
    """Draws frame after frame of one video, with the sentences below it.

    Small frames are enlarged by a whole number, so that the sentences can be read.

    Args:
        size: (H, W) of the frames.
        captions: The sentences; the colour of each is that of its masks.
        min_width: Pixels; narrower frames are enlarged.
    """

    def __init__(
        self, size: tuple[int, int], captions: Sequence[Caption], min_width: int = 360
    ) -> None:
        scale = max(1, -(-min_width // size[1]))
        self.size = (size[0] * scale, size[1] * scale)
        self.captions = list(captions)
        self._bar = caption_bar(self.captions, self.size[1])

    def __call__(self, frame: np.ndarray, masks: Sequence[np.ndarray]) -> np.ndarray:
        """Draws one frame.

        Args:
            frame: (H, W, 3) uint8 RGB.
            masks: One per caption, (H, W) bool.

        Returns:
            (h, w, 3) uint8 RGB, the same size for every frame.
        """
        picture = resize_frame(frame, self.size)
        for caption, mask in zip(self.captions, masks, strict=True):
            if caption.colour is not None:
                draw_mask(picture, resize_mask(mask, self.size), caption.colour)
        return np.concatenate((picture, self._bar))


def tile(panels: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Puts panels (h, w, 3) side by side, ``columns`` in a row; heights may differ."""
    width = max(panel.shape[1] for panel in panels)
    rows = []
    for first in range(0, len(panels), columns):
        part = panels[first : first + columns]
        height = max(panel.shape[0] for panel in part)
        row = np.full((height, columns * (width + _GAP) - _GAP, 3), BACKGROUND, np.uint8)
        for column, panel in enumerate(part):
            left = column * (width + _GAP)
            row[: panel.shape[0], left : left + panel.shape[1]] = panel
        rows.append(row)
    return np.concatenate(rows)

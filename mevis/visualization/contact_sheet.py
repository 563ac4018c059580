"""A video on one page: rows are sentences, columns are frames."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mevis.structures import decode_rle
from mevis.visualization.caption import BACKGROUND, Caption, caption_bar
from mevis.visualization.overlay import draw_mask, resize_frame, resize_mask
from mevis.visualization.palette import Colour

ReadFrames = Callable[[list[int]], np.ndarray]
_GAP = 4


@dataclass(frozen=True)
class Strip:
    """A row of the sheet: the masks of one sentence.

    Attributes:
        caption: The sentence, and what else is to be said of it.
        colour: Of its masks.
        rles: One RLE, or None, per frame of the video; none at all: the frames are shown bare.
    """

    caption: str
    colour: Colour
    rles: Sequence[Any] | None = field(repr=False)


def spread(num_frames: int, columns: int) -> list[int]:
    """Positions of at most ``columns`` evenly spaced frames, the first and the last included."""
    count = min(num_frames, columns)
    if count <= 1:
        return list(range(count))
    return [round(k * (num_frames - 1) / (count - 1)) for k in range(count)]


def draw_sheet(
    read_frames: ReadFrames,
    size: tuple[int, int],
    positions: Sequence[int],
    titles: Sequence[str],
    strips: Sequence[Strip],
    cell_width: int = 240,
) -> np.ndarray:
    """Draws one video.

    Each frame is read once, alone, and kept at the size of a cell.

    Args:
        read_frames: n positions -> (n, H, W, 3) uint8 RGB.
        size: (H, W).
        positions: Frames to show, one per column.
        titles: What stands above each column.
        strips: The rows.
        cell_width: Pixels.

    Returns:
        (h, w, 3) uint8 RGB.
    """
    cell = (max(1, round(size[0] * cell_width / size[1])), cell_width)
    frames = [resize_frame(read_frames([position])[0], cell) for position in positions]
    width = len(frames) * (cell_width + _GAP) + _GAP
    rows = [_titles(titles, cell_width, width)]
    for strip in strips:
        colour = strip.colour if strip.rles is not None else None
        rows.append(caption_bar([Caption(strip.caption, colour)], width))
        row = np.full((cell[0] + _GAP, width, 3), BACKGROUND, np.uint8)
        for column, (frame, position) in enumerate(zip(frames, positions, strict=True)):
            picture = frame.copy()
            if strip.rles is not None:
                mask = decode_rle([strip.rles[position]], size, strip.caption)[0]
                draw_mask(picture, resize_mask(mask, cell), strip.colour)
            left = _GAP + column * (cell_width + _GAP)
            row[: cell[0], left : left + cell_width] = picture
        rows.append(row)
    return np.concatenate(rows)


def _titles(titles: Sequence[str], cell_width: int, width: int) -> np.ndarray:
    bars = [caption_bar([Caption(title)], cell_width, font_size=12) for title in titles]
    row = np.full((max(bar.shape[0] for bar in bars), width, 3), BACKGROUND, np.uint8)
    for column, bar in enumerate(bars):
        left = _GAP + column * (cell_width + _GAP)
        row[: bar.shape[0], left : left + cell_width] = bar
    return row


def stack_sheets(sheets: Sequence[np.ndarray]) -> np.ndarray:
    """Puts sheets of several videos one below the other."""
    width = max(sheet.shape[1] for sheet in sheets)
    rows = []
    for sheet in sheets:
        row = np.full((sheet.shape[0] + 2 * _GAP, width, 3), BACKGROUND, np.uint8)
        row[: sheet.shape[0], : sheet.shape[1]] = sheet
        rows.append(row)
    return np.concatenate(rows)

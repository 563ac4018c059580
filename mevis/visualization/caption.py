"""Sentences under pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from mevis.visualization.fonts import draw_text, text_length
from mevis.visualization.palette import Colour

BACKGROUND = (24, 24, 28)
_INK = (235, 235, 235)
_MARGIN = 6


@dataclass(frozen=True)
class Caption:
    """One line of text, or several where it is long.

    Attributes:
        text: What is written.
        colour: RGB of the square before it; None: no square.
    """

    text: str
    colour: Colour | None = None


def caption_bar(captions: Sequence[Caption], width: int, font_size: int = 14) -> np.ndarray:
    """Writes captions one below the other; long ones are broken, nothing is cut off.

    Args:
        captions: What to write.
        width: Pixels; words that are longer are broken too.
        font_size: Pixels.

    Returns:
        (h, width, 3) uint8 RGB, as high as it needs to be.
    """
    line_height = round(1.35 * font_size)
    indent = line_height if any(caption.colour for caption in captions) else 0
    room = max(width - 2 * _MARGIN - indent, font_size)
    lines = [
        (line, caption.colour if number == 0 else None)
        for caption in captions
        for number, line in enumerate(break_text(caption.text, room, font_size))
    ]
    bar = Image.new('RGB', (width, line_height * len(lines) + _MARGIN), BACKGROUND)
    draw = ImageDraw.Draw(bar)
    for number, (line, colour) in enumerate(lines):
        top = _MARGIN // 2 + number * line_height
        if colour is not None:
            side = round(0.7 * font_size)
            box_top = top + (line_height - side) // 2
            box = (_MARGIN, box_top, _MARGIN + side, box_top + side)
            draw.rectangle(box, fill=colour)
        draw_text(draw, (_MARGIN + indent, top), line, _INK, font_size)
    return np.array(bar)


def break_text(text: str, width: int, font_size: int) -> list[str]:
    """Breaks a text into lines of at most ``width`` pixels; at least one line."""
    lines, line = [], ''
    for word in text.split():
        longer = f'{line} {word}' if line else word
        if text_length(longer, font_size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_length(line, font_size) > width and len(line) > 1:
            end = next(
                (
                    n
                    for n in range(len(line) - 1, 0, -1)
                    if text_length(line[:n], font_size) <= width
                ),
                1,
            )
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line]

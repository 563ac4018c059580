"""Colours by which sentences are told apart."""

import colorsys

Colour = tuple[int, int, int]

# Okabe and Ito: distinct for colour-blind eyes too, on light and on dark.
_FIRST = (
    (230, 80, 0),
    (0, 130, 220),
    (0, 158, 115),
    (240, 200, 40),
    (204, 90, 180),
    (86, 200, 233),
    (140, 90, 40),
    (150, 150, 255),
)
_GOLDEN_ANGLE = 0.618033988749895


def colour_of(index: int) -> Colour:
    """The colour (RGB, 0..255) of the ``index``-th sentence; far along hues stay apart too."""
    if index < len(_FIRST):
        return _FIRST[index]
    hue = (0.08 + _GOLDEN_ANGLE * index) % 1.0
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.75, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)

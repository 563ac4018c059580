"""What a shape looks like."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

COLOURS = {
    'red': (214, 48, 49),
    'green': (46, 160, 67),
    'blue': (48, 98, 214),
    'yellow': (240, 200, 40),
    'purple': (142, 68, 173),
    'orange': (235, 125, 30),
    'white': (240, 240, 240),
    'black': (30, 30, 34),
}
SHAPES = ('circle', 'square', 'triangle', 'star', 'diamond', 'cross')
TEXTURES = ('plain', 'striped', 'dotted')
SIZES = {'small': 30, 'large': 42}
_OVERSAMPLING = 4


@dataclass(frozen=True, order=True)
class Look:
    """The whole appearance of a shape; two shapes of one look cannot be told apart in a picture.

    Attributes:
        colour: Key of ``COLOURS``.
        shape: One of ``SHAPES``.
        texture: One of ``TEXTURES``.
        size: Key of ``SIZES``.
    """

    colour: str
    shape: str
    texture: str
    size: str

    @property
    def diameter(self) -> int:
        """Pixels, at scale 1 in a frame of 128 rows."""
        return SIZES[self.size]


def draw_looks(rng: np.random.Generator, count: int) -> list[Look]:
    """Draws looks of which no two share colour and shape."""
    pairs = [(colour, shape) for colour in COLOURS for shape in SHAPES]
    chosen = rng.choice(len(pairs), count, replace=False)
    return [
        Look(*pairs[index], str(rng.choice(TEXTURES, p=(0.6, 0.2, 0.2))), str(rng.choice([*SIZES])))
        for index in chosen
    ]


def _outline(shape: str, radius: float) -> np.ndarray:
    """Corners (N, 2) of a shape around the origin."""
    if shape == 'square':
        half = 0.85 * radius
        return np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    if shape == 'diamond':
        return radius * np.array([(0, -1), (0.75, 0), (0, 1), (-0.75, 0)])
    if shape == 'triangle':
        return radius * np.array([(0, -0.95), (0.98, 0.8), (-0.98, 0.8)])
    if shape == 'star':
        angle = np.arange(10) * np.pi / 5 - np.pi / 2
        reach = radius * np.where(np.arange(10) % 2, 0.5, 1.0)
        return np.stack((reach * np.cos(angle), reach * np.sin(angle)), 1)
    if shape == 'cross':
        arm, wide = 0.95 * radius, 0.38 * radius
        quarter = np.array([(-wide, -arm), (wide, -arm), (wide, -wide)])
        turns = [np.array([[0, -1], [1, 0]]) for _ in range(4)]
        corners, current = [], quarter
        for turn in turns:
            corners.append(current)
            current = current @ turn.T
        return np.concatenate(corners)
    angle = np.arange(72) * np.pi / 36
    return 0.95 * radius * np.stack((np.cos(angle), np.sin(angle)), 1)


@lru_cache(maxsize=4096)
def sprite(look: Look, diameter: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws a look.

    Args:
        look: What to draw.
        diameter: Pixels.

    Returns:
        RGB (D, D, 3) float32 in 0..255 and opacity (D, D, 1) float32 in 0..1.
    """
    side = diameter * _OVERSAMPLING
    corners = _outline(look.shape, side / 2) + side / 2
    opacity = np.zeros((side, side), np.uint8)
    cv2.fillPoly(opacity, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA)
    colour = np.array(COLOURS[look.colour], np.float32)
    dark = np.clip(colour * 0.55 + (25 if look.colour == 'black' else 0), 0, 255)
    if look.colour == 'black':
        dark = colour + 80
    pattern = _pattern(look.texture, side)[..., None]
    rgb = np.where(pattern, dark, colour).astype(np.float32)
    edge = opacity - cv2.erode(opacity, np.ones((9, 9), np.uint8))
    rgb = np.where(edge[..., None] > 0, colour * 0.35, rgb)
    size = (diameter, diameter)
    rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(opacity, size, interpolation=cv2.INTER_AREA)
    return rgb, (opacity / 255).astype(np.float32)[..., None]


def _pattern(texture: str, side: int) -> np.ndarray:
    y, x = np.mgrid[:side, :side] / side
    if texture == 'striped':
        return ((x + y) * 5 % 1) < 0.4
    if texture == 'dotted':
        return ((x * 5 % 1) - 0.5) ** 2 + ((y * 5 % 1) - 0.5) ** 2 < 0.07
    return np.zeros((side, side), bool)

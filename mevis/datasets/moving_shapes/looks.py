"""How objects look, and the words for it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

COLOURS = {
    'red': (222, 52, 52),
    'green': (46, 168, 74),
    'blue': (46, 98, 226),
    'yellow': (246, 214, 46),
    'orange': (246, 136, 28),
    'purple': (146, 62, 196),
    'cyan': (52, 204, 222),
    'white': (244, 244, 244),
}
SHAPES = ('circle', 'square', 'triangle', 'star', 'cross', 'heart')
TEXTURES = ('plain', 'striped', 'dotted', 'checkered')
SIZES = {'small': (0.22, 0.25), 'large': (0.32, 0.375)}
"""Diameters as a share of the shorter side of the frame."""

_SUBSETS = (
    ('colour',),
    ('shape',),
    ('texture', 'shape'),
    ('size', 'shape'),
    ('size', 'colour'),
    ('texture', 'colour'),
    ('texture', 'colour', 'shape'),
    ('size', 'colour', 'shape'),
)


@dataclass(frozen=True)
class Look:
    """The whole appearance of an object; look-alikes share it.

    Attributes:
        colour: A key of ``COLOURS``.
        shape: One of ``SHAPES``.
        texture: One of ``TEXTURES``.
        size: A key of ``SIZES``.
        diameter: Pixels across.
    """

    colour: str
    shape: str
    texture: str
    size: str
    diameter: float

    def to_dict(self) -> dict[str, str | float]:
        """For JSON."""
        return asdict(self)


def draw_looks(
    rng: np.random.Generator, sizes: Sequence[str | None], shorter_side: int
) -> list[Look]:
    """Looks whose (colour, shape) differ; about half of them share one of the two with another.

    Args:
        rng: Where chance comes from.
        sizes: One entry per look: 'small', 'large' or None for either.
        shorter_side: Of the frame, in pixels.
    """
    looks: list[Look] = []
    taken: set[tuple[str, str]] = set()
    for wanted in sizes:
        size = wanted or str(rng.choice(list(SIZES)))
        while True:
            colour, shape = str(rng.choice(list(COLOURS))), str(rng.choice(SHAPES))
            if looks and rng.random() < 0.5:
                other = looks[rng.integers(len(looks))]
                colour, shape = (
                    (other.colour, shape) if rng.random() < 0.5 else (colour, other.shape)
                )
            if (colour, shape) not in taken:
                break
        taken.add((colour, shape))
        texture = str(rng.choice(TEXTURES, p=(0.4, 0.2, 0.2, 0.2)))
        diameter = round(float(rng.uniform(*SIZES[size])) * shorter_side, 2)
        looks.append(Look(colour, shape, texture, size, diameter))
    return looks


def describe(
    rng: np.random.Generator, look: Look, others: Sequence[Look], plural: bool = False
) -> str:
    """A noun phrase without article that fits ``look`` and none of the others."""
    attributes = ('colour', 'shape')
    if rng.random() < 0.5:
        fitting = [names for names in _SUBSETS if not any(_same(look, o, names) for o in others)]
        if fitting:
            attributes = fitting[rng.integers(len(fitting))]
    adjectives = [
        getattr(look, name) for name in ('size', 'texture', 'colour') if name in attributes
    ]
    noun = look.shape if 'shape' in attributes else str(rng.choice(('object', 'thing', 'shape')))
    return ' '.join([*adjectives, _plural(noun) if plural else noun])


def _same(first: Look, second: Look, names: Sequence[str]) -> bool:
    return all(getattr(first, name) == getattr(second, name) for name in names)


def _plural(noun: str) -> str:
    return f'{noun}es' if noun.endswith('s') else f'{noun}s'

"""The ways that objects of a crowd take.

Legend: n frames; ways (n, 2) are (x, y) in pixels; scales (n,) multiply the diameter.
"""

import numpy as np

from mevis.datasets.motion_tracks.facts import TURNS
from mevis.datasets.moving_shapes.paths import DIRECTIONS

_OTHERS = (
    'fast', 'stop-and-go', 'zigzag', 'back-and-forth', 'circle', 'size', 'start', 'halt',
    'accelerate', 'turn', 'turn-around', 'across',
)  # fmt: skip


def crowd_way(
    rng: np.random.Generator, size: tuple[int, int], frames: int, diameter: float, main: str
) -> tuple[np.ndarray, np.ndarray]:
    """A way of some kind, somewhere in the picture, and how the size changes on it.

    Args:
        rng: Where chance comes from.
        size: (H, W).
        frames: n.
        diameter: Of the object.
        main: 'walk': most go straight on or rest; 'mixed': anything.
    """
    shares = (0.7, 0.2, 0.1) if main == 'walk' else (0.3, 0.15, 0.55)
    kind = ('walk', 'rest', 'other')[rng.choice(3, p=shares)]
    if kind == 'other':
        kind = _OTHERS[rng.integers(len(_OTHERS))]
    time = np.linspace(0, 1, frames)
    unit = min(diameter, 0.15 * np.sqrt(size[0] * size[1]))
    length = unit * np.exp(rng.uniform(np.log(1.0), np.log(8.0)))
    length = min(length, 0.9 * size[1])
    scale = np.ones(frames)
    if kind == 'size':
        change = rng.uniform(1.3, 3.0)
        scale = np.exp(np.log(change) * (time - 0.5))[:: rng.choice((-1, 1))]
    offsets = _offsets(rng, kind, time, unit, length, size)
    if kind == 'across':
        return offsets, scale
    middle = np.array(size[::-1]) * rng.uniform(0.1, 0.9, 2)
    low, high = offsets.min(0), offsets.max(0)
    if rng.random() < 0.6:
        # Inside, where it fits; else it comes in or goes out somewhere.
        room = np.array(size[::-1]) - (high - low) - diameter
        middle = diameter / 2 + np.maximum(room, 0) * rng.random(2) + (high - low) / 2
    return offsets - (low + high) / 2 + middle, scale


def _offsets(
    rng: np.random.Generator,
    kind: str,
    time: np.ndarray,
    unit: float,
    length: float,
    size: tuple[int, int],
) -> np.ndarray:
    heading = _heading(rng)
    if kind == 'rest':
        return np.zeros((len(time), 2))
    if kind == 'circle':
        turns = rng.uniform(0.8, 2.2) * rng.choice((-1, 1))
        angle = 2 * np.pi * (rng.random() + turns * time)
        return unit * rng.uniform(0.5, 1.5) * np.stack([np.cos(angle), np.sin(angle)], 1)
    if kind in ('turn', 'turn-around'):
        names = TURNS[rng.integers(len(TURNS))].split()
        one, two = (np.array(DIRECTIONS[name], float) for name in (names[1], names[3]))
        if kind == 'turn-around':
            two = -one
        when = rng.uniform(0.3, 0.7)
        legs = length * rng.uniform(0.6, 1.0, 2)
        first = np.minimum(time / when, 1) * legs[0]
        return np.outer(first, one) + np.outer(
            np.clip((time - when) / (1 - when), 0, 1) * legs[1], two
        )
    if kind == 'back-and-forth':
        return np.outer(_swings(rng, time) * unit * rng.uniform(0.5, 2.5), heading)
    if kind == 'zigzag':
        side = heading[::-1] * (1, -1)
        waves = np.outer(_swings(rng, time) * unit * rng.uniform(0.4, 1.0), side)
        return np.outer(time * max(length, 1.5 * unit), heading) + waves
    return _along(rng, kind, time, length, size, heading)


def _along(
    rng: np.random.Generator,
    kind: str,
    time: np.ndarray,
    length: float,
    size: tuple[int, int],
    heading: np.ndarray,
) -> np.ndarray:
    """Ways that keep their heading."""
    progress = _progress(rng, kind, time)
    if kind == 'fast':
        length = min(3 * length, 1.2 * max(size))
    if kind == 'size' and rng.random() < 0.5:
        length *= 0.2
    if kind == 'across':
        return _across(rng, size, progress, heading)
    straight = np.outer(progress * length, heading)
    if kind == 'walk' and rng.random() < 0.4:
        # Nobody walks along a ruler.
        bend = np.outer(np.sin(np.pi * time * rng.uniform(0.5, 2)), heading[::-1] * (1, -1))
        straight = straight + bend * length * rng.normal(0, 0.06)
    return straight


def _heading(rng: np.random.Generator) -> np.ndarray:
    """Mostly near one of the four directions, sideways more often."""
    angle = rng.choice((0, np.pi, 0, np.pi, np.pi / 2, -np.pi / 2)) + rng.normal(0, 0.15)
    if rng.random() < 0.25:
        angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def _progress(rng: np.random.Generator, kind: str, time: np.ndarray) -> np.ndarray:
    """(n,), from 0 to 1."""
    when = rng.uniform(0.3, 0.65)
    if kind == 'start':
        return np.clip((time - when) / (1 - when), 0, 1)
    if kind == 'halt':
        return np.clip(time / (1 - when), 0, 1)
    if kind == 'accelerate':
        slow = rng.uniform(0.05, 0.2)
        speed_up = slow * time + (1 - slow) * time**2
        return speed_up if rng.random() < 0.5 else (1 - speed_up)[::-1]
    if kind == 'stop-and-go':
        pauses = int(rng.integers(1, 3))
        edges = np.sort(rng.uniform(0.12, 0.88, 2 * pauses))
        return np.interp(time, [0, *edges, 1], [0, *np.repeat(_shares(rng, pauses), 2), 1])
    return time


def _shares(rng: np.random.Generator, pauses: int) -> np.ndarray:
    """How far it is at each pause."""
    return (np.arange(pauses) + rng.uniform(0.7, 1.3)) / (pauses + 1)


def _swings(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """Triangle wave in [0, 1]."""
    wave = np.mod(time * rng.uniform(1.8, 4) + rng.random(), 1.0)
    return 1 - np.abs(2 * wave - 1)


def _across(
    rng: np.random.Generator, size: tuple[int, int], progress: np.ndarray, heading: np.ndarray
) -> np.ndarray:
    """In over one border and, often, out over another."""
    middle = np.array(size[::-1]) * rng.uniform(0.25, 0.75, 2)
    reach = 1.4 * max(size)
    begin = rng.uniform(-0.6, -0.1)
    return middle + np.outer((begin + progress * rng.uniform(0.6, 1.2)) * reach, heading)

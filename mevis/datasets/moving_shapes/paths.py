"""Paths: where an object is in every frame.

Two constructions carry the guarantees of the dataset.

* :func:`roam`: a start that is uniform on the reflected plane plus *any* offsets, folded at the
  borders, is uniform on the arena in **every** frame.  So one frame says nothing about the offsets:
  whether the object rests, moves, is fast, pauses, zigzags.
* :func:`ordered_path` and its reversal in time: the unordered frames of a path and of its reversal
  are the same.

Legend: T frames; centres (T, 2) are (x, y) in pixels.
"""

from dataclasses import dataclass

import numpy as np

DIRECTIONS = {'left': (-1, 0), 'right': (1, 0), 'up': (0, -1), 'down': (0, 1)}
OPPOSITE = {'left': 'right', 'right': 'left', 'up': 'down', 'down': 'up'}
AXES = {'x': np.array([1.0, 0.0]), 'y': np.array([0.0, 1.0])}


@dataclass(frozen=True)
class Arena:
    """Size of a video.

    Attributes:
        height: Pixels.
        width: Pixels.
        num_frames: T.
    """

    height: int
    width: int
    num_frames: int

    @property
    def size(self) -> np.ndarray:
        """(width, height)."""
        return np.array([self.width, self.height], float)

    @property
    def time(self) -> np.ndarray:
        """(T,), from 0 in the first to 1 in the last frame."""
        return np.linspace(0.0, 1.0, self.num_frames)


@dataclass(frozen=True)
class Path:
    """Where an object is and how large.

    Attributes:
        centres: (T, 2), (x, y) in pixels.
        scale: (T,), times the diameter of its look.
    """

    centres: np.ndarray
    scale: np.ndarray

    def reversed(self) -> 'Path':
        """The same path, backwards in time."""
        return Path(self.centres[::-1], self.scale[::-1])

    @property
    def top_speed(self) -> float:
        """Longest step from a frame to the next, in pixels."""
        return float(np.linalg.norm(np.diff(self.centres, axis=0), axis=1).max())


def roam(rng: np.random.Generator, arena: Arena, diameter: float, offsets: np.ndarray) -> Path:
    """Follows ``offsets`` (T, 2) from anywhere, reflected at borders; uniform in every frame."""
    span = arena.size - diameter
    phase = np.mod(rng.uniform(0.0, 2.0, 2) * span + offsets, 2 * span)
    return Path(diameter / 2 + np.minimum(phase, 2 * span - phase), np.ones(len(offsets)))


def place(
    rng: np.random.Generator, arena: Arena, extent: np.ndarray | float, offsets: np.ndarray
) -> np.ndarray:
    """Shifts ``offsets`` (T, 2) to anywhere where an object ``extent`` across stays inside."""
    half = np.broadcast_to(np.asarray(extent, float).reshape(-1, 1) / 2, offsets.shape)
    low = (half - offsets).max(0)
    high = (arena.size - half - offsets).min(0)
    if (high < low).any():
        raise ValueError('The path does not fit into the frame.')
    return offsets + rng.uniform(low, high)


def roaming_offsets(
    rng: np.random.Generator, arena: Arena, motion: str, axis: str, length: float, diameter: float
) -> np.ndarray:
    """(T, 2) offsets of a motion that needs no order of frames, over ``length`` pixels."""
    time = arena.time
    along, across = AXES[axis], AXES['y' if axis == 'x' else 'x']
    length *= rng.choice((-1.0, 1.0))
    if motion == 'rest':
        return np.zeros((len(time), 2))
    if motion == 'stop-and-go':
        return np.outer(_with_pauses(time) * length, along)
    if motion == 'back-and-forth':
        # Five half swings of at least half a diameter each.
        return np.outer(_swings(time, 2.5, rng.random()) * np.sign(length) * 0.7 * diameter, along)
    offsets = np.outer(time * length, along)
    if motion == 'zigzag':
        offsets = offsets + np.outer(_swings(time, 3.0, rng.random()) * 0.55 * diameter, across)
    return offsets


def _with_pauses(time: np.ndarray) -> np.ndarray:
    """0 to 1 with two pauses, each a sixth of the video; symmetric in time."""
    return np.interp(time, (0, 0.2, 0.4, 0.6, 0.8, 1), (0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1))


def _swings(time: np.ndarray, swings: float, phase: float) -> np.ndarray:
    """Triangle wave in [0, 1]."""
    wave = np.mod(time * swings + phase, 1.0)
    return 1 - np.abs(2 * wave - 1)


def ordered_path(
    rng: np.random.Generator, arena: Arena, motion: str, axis: str, diameter: float
) -> Path:
    """A path whose meaning turns around when the video is played backwards.

    Args:
        rng: Where chance comes from.
        arena: The video.
        motion: A direction, 'first <direction> then <direction>', 'clockwise', 'grow', 'leave',
            'rest-then-move' or 'speed-up'; the other half are reversals of these.
        axis: Along which motions without a direction of their own go.
        diameter: Of the object, in pixels.
    """
    scale = np.ones(arena.num_frames)
    if motion == 'leave':
        return Path(_leaving(rng, arena, axis, diameter), scale)
    if motion == 'grow':
        scale = 0.7 + 0.7 * arena.time
    offsets = _ordered_offsets(rng, arena, motion, axis, diameter)
    return Path(place(rng, arena, diameter * scale, offsets), scale)


def _ordered_offsets(
    rng: np.random.Generator, arena: Arena, motion: str, axis: str, diameter: float
) -> np.ndarray:
    time = arena.time
    if motion == 'clockwise':
        angle = 2 * np.pi * (rng.random() + rng.choice((0.9, 1.1)) * time)
        # y points down, so that growing angles turn clockwise on the screen.
        radius = rng.uniform(0.6, 0.8) * diameter
        return radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    if motion.startswith('first '):
        _, first, _, second = motion.split()
        turn = rng.uniform(0.4, 0.6)
        legs = rng.uniform(0.9, 1.1, 2) * diameter
        one = np.minimum(time / turn, 1.0)
        two = np.maximum((time - turn) / (1 - turn), 0.0)
        return np.outer(one * legs[0], DIRECTIONS[first]) + np.outer(
            two * legs[1], DIRECTIONS[second]
        )
    direction = DIRECTIONS.get(motion)
    if direction is None:
        direction = AXES[axis] * rng.choice((-1.0, 1.0))
    room = float((np.abs(direction) * arena.size).sum())
    most = min(1.9, (room - 1.4 * diameter) / diameter if motion == 'grow' else room / diameter - 1)
    progress = time
    if motion == 'rest-then-move':
        start = rng.uniform(0.4, 0.6)
        progress = np.maximum((time - start) / (1 - start), 0.0)
    elif motion == 'speed-up':
        progress = 0.15 * time + 0.85 * time**2
    return np.outer(progress * rng.uniform(1.5, max(1.5, most)) * diameter, direction)


def _leaving(rng: np.random.Generator, arena: Arena, axis: str, diameter: float) -> np.ndarray:
    """Straight out over one of the two borders across ``axis``; gone before the last frames."""
    along = 0 if axis == 'x' else 1
    side = float(arena.size[along])
    inside = rng.uniform(diameter, min(1.8 * diameter, side - diameter / 2))
    gone = rng.uniform(0.65, 0.85)
    position = inside - arena.time / gone * (inside + diameter / 2 + 1)
    if rng.random() < 0.5:
        position = side - position
    across = float(arena.size[1 - along])
    centres = np.empty((arena.num_frames, 2))
    centres[:, along] = position
    centres[:, 1 - along] = rng.uniform(diameter / 2, across - diameter / 2)
    return centres

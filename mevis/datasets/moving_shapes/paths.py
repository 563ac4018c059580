"""Where a shape is in each frame.

Coordinates are pixels (x, y) of a frame with H rows and W columns; T frames.
"""

from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.motions import DIRECTIONS, SLOW, Motion

Size = tuple[int, int]


@dataclass(frozen=True)
class Track:
    """A shape over time.

    Attributes:
        centres: (T, 2) pixels.
        scales: (T,) of the look's diameter.
    """

    centres: np.ndarray
    scales: np.ndarray

    def reversed(self) -> 'Track':
        """The track of the video played backwards."""
        return Track(self.centres[::-1], self.scales[::-1])


def _triangle(x: np.ndarray) -> np.ndarray:
    """Runs from 0 to 1 and back, period 2."""
    return 1 - np.abs(np.mod(x, 2) - 1)


def _progress(motion: Motion, rng: np.random.Generator, num_frames: int) -> np.ndarray:
    """Place on the base path, (T,) in [0, 1]; uniform at a random frame but for two legs."""
    t = (np.arange(num_frames) + 0.5) / num_frames
    if motion.kind in ('rest', 'size'):
        # Where a mover would be at a frame drawn at random.
        return np.full(num_frames, t[rng.integers(num_frames)])
    if motion.kind == 'line' and motion.speed == 'slow':
        return _triangle(rng.random() * 2 + SLOW * t)
    if motion.kind == 'back_and_forth':
        return _triangle(2 * t)
    if motion.kind == 'stop':
        return np.minimum(2 * t, 1)
    if motion.kind == 'start':
        return np.maximum(2 * t - 1, 0)
    return t


def _length(motion: Motion, direction: str, size: Size, diameter: float) -> float:
    """Pixels of a leg: at least one and a half diameters."""
    height, width = size
    room = (width if direction in ('left', 'right') else height) - diameter - 4
    share = 0.5 if motion.kind == 'turn' else 0.68
    return max(share * room, min(1.5 * diameter, room))


def _anywhere(rng: np.random.Generator, size: Size, margin: np.ndarray) -> np.ndarray:
    """A centre that is ``margin`` (x, y) away from the borders."""
    height, width = size
    room = np.maximum(np.array((width, height)) - 2 * margin, 0)
    return np.minimum(margin, np.array((width, height)) / 2) + room * rng.random(2)


def make_track(
    motion: Motion,
    like: Motion,
    seed: int,
    num_frames: int,
    size: Size,
    diameter: float,
) -> Track:
    """Draws a track.

    The base path follows from ``seed`` and ``like`` alone.

    Args:
        motion: What the shape does.
        like: The motion whose base path is drawn: for a pair of look-alikes the same for both, so
            that both could be anywhere that either could be.
        seed: Of the base path and of the progress on it.
        num_frames: T.
        size: (H, W).
        diameter: Of the shape, pixels.
    """
    rng = np.random.default_rng((seed, 0))
    progress_rng = np.random.default_rng((seed, 1))
    scales = _scales(motion, like, progress_rng, num_frames)
    radius = diameter * (1.3 if like.kind == 'size' else 1.0) / 2 + 2
    progress = _progress(motion, progress_rng, num_frames)
    if like.kind == 'circle':
        return Track(_circle(motion, rng, progress, size, radius), scales)
    if like.kind in ('enter', 'leave'):
        return Track(_across_border(motion, rng, progress, size, diameter), scales)
    if like.kind == 'turn':
        return Track(_two_legs(motion, rng, progress, size, diameter), scales)
    if like.kind in ('rest', 'size'):
        centre = _anywhere(rng, size, np.array((radius, radius)))
        return Track(np.tile(centre, (num_frames, 1)), scales)
    direction = motion.direction or like.direction
    along = np.array(DIRECTIONS[direction])
    across = np.abs(along[::-1])
    length = _length(like, direction, size, diameter)
    swing = 0.35 * diameter if like.kind == 'zigzag' else 0.0
    centre = _anywhere(rng, size, radius + np.abs(along) * length / 2 + across * swing)
    centres = centre + np.outer(progress - 0.5, along) * length
    if swing:
        phase = rng.random() * 2
        bends = 6 * progress if motion.kind == 'zigzag' else np.zeros(num_frames)
        centres = centres + np.outer(2 * _triangle(phase + bends) - 1, across) * swing
    return Track(centres, scales)


def _scales(motion: Motion, like: Motion, rng: np.random.Generator, num_frames: int) -> np.ndarray:
    if like.kind != 'size':
        return np.ones(num_frames)
    t = (np.arange(num_frames) + 0.5) / num_frames
    if motion.kind != 'size':
        t = np.full(num_frames, t[rng.integers(num_frames)])
    return 0.65 + 0.65 * (t if motion.grows >= 0 else 1 - t)


def _circle(
    motion: Motion, rng: np.random.Generator, progress: np.ndarray, size: Size, radius: float
) -> np.ndarray:
    reach = min(1.1 * radius + 6, (min(size) - 2 * radius) / 2)
    centre = _anywhere(rng, size, np.full(2, radius + reach))
    turn = 1 if motion.clockwise else -1  # the y axis points down
    angle = 2 * np.pi * (rng.random() + turn * progress)
    return centre + reach * np.stack((np.cos(angle), np.sin(angle)), 1)


def _across_border(
    motion: Motion, rng: np.random.Generator, progress: np.ndarray, size: Size, diameter: float
) -> np.ndarray:
    """From well inside to outside of the border, or the other way."""
    height, width = size
    along = np.array(DIRECTIONS[motion.direction])
    out = along if motion.kind == 'leave' else -along
    side = (width if out[0] else height) / 2
    middle = np.array((width, height)) / 2
    across = np.abs(out[::-1])
    wobble = (np.array((width, height)) - diameter - 4) * (rng.random(2) - 0.5)
    far = middle + across * wobble + out * (side + 0.8 * diameter)
    near = far - out * (0.8 * diameter + side * (0.75 + 0.25 * rng.random()))
    start, end = (near, far) if motion.kind == 'leave' else (far, near)
    return start + np.outer(progress, end - start)


def _two_legs(
    motion: Motion, rng: np.random.Generator, progress: np.ndarray, size: Size, diameter: float
) -> np.ndarray:
    legs = [
        np.array(DIRECTIONS[name]) * _length(motion, name, size, diameter)
        for name in (motion.direction, motion.second)
    ]
    margin = diameter / 2 + 2 + (np.abs(legs[0]) + np.abs(legs[1])) / 2
    start = _anywhere(rng, size, margin) - (legs[0] + legs[1]) / 2
    first = np.outer(np.minimum(2 * progress, 1), legs[0])
    return start + first + np.outer(np.maximum(2 * progress - 1, 0), legs[1])

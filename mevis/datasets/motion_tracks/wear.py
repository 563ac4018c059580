"""What a tracker and a camera make of true paths.

Legend: K objects, T frames; boxes (K, T, 4) are (left, top, right, bottom) in pixels.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Wear:
    """How much of everything that real tracks have; 0 leaves it out.

    Attributes:
        jitter: Noise of each side of a box in each frame, as a share of the box, at most.
        sway: How much a box breathes, as legs make it, as a share of its width, at most.
        gaps: Share of a track that is missing in the middle, at most.
        cut: Chance that a track begins late or ends early.
        split: Chance that a track is broken into several.
        false: Chance of each of two tracks of nothing.
        drift: Camera: way over the whole video, in sizes of an object, at most.
        shake: Camera: sway from frame to frame, as a share of the picture, at most.
        place: Chance that the scene is smaller or larger and elsewhere in the picture.
        frames: Of the video; 0: as many as the scene has.
    """

    jitter: float = 0.06
    sway: float = 0.25
    gaps: float = 0.4
    cut: float = 0.25
    split: float = 0.15
    false: float = 0.25
    drift: float = 0.4
    shake: float = 0.02
    place: float = 0.7
    frames: int = 0


def boxes_of(
    rng: np.random.Generator, centres: np.ndarray, diameters: np.ndarray, wear: Wear
) -> np.ndarray:
    """Boxes of objects, each of an aspect of its own, with noise."""
    number, frames = diameters.shape
    aspect = np.exp(rng.choice((0.0, rng.normal(0, 0.5), -0.9), p=(0.4, 0.3, 0.3)))
    aspects = aspect * np.exp(rng.normal(0, 0.1, (number, 1)))
    rate = rng.uniform(0.02, 0.2) * 2 * np.pi
    swing = np.sin(rate * np.arange(frames) + rng.uniform(0, 6, (number, 1)))
    breath = 1 + rng.uniform(0, wear.sway) * swing * (rng.random((number, 1)) < 0.5)
    sides = np.stack([diameters * np.sqrt(aspects) * breath, diameters / np.sqrt(aspects)], -1)
    boxes = np.concatenate([centres - sides / 2, centres + sides / 2], -1)
    noise = rng.normal(0, 1, boxes.shape) * np.concatenate([sides, sides], -1)
    slow = _smooth(rng.normal(0, 1, boxes.shape)) * np.concatenate([sides, sides], -1)
    level = wear.jitter * rng.random((2, number, 1, 1)) * (rng.random(2) < 0.8)[:, None, None, None]
    return boxes + level[0] * noise + 0.7 * level[1] * slow


def camera_way(
    rng: np.random.Generator, frames: int, size: tuple[int, int], diameter: float, wear: Wear
) -> np.ndarray:
    """(T, 2): where the picture's corner has gone."""
    way = np.zeros((frames, 2))
    if rng.random() < 0.5:
        way += np.outer(np.linspace(0, 1, frames), rng.normal(0, wear.drift * diameter / 2, 2))
    if rng.random() < 0.5:
        level = rng.random() * wear.shake * np.sqrt(size[0] * size[1])
        noise = rng.normal(0, 1, (1, frames, 2))
        way += level * (0.3 * noise + _smooth(noise))[0]
    return way


def lifetimes(rng: np.random.Generator, visible: np.ndarray, wear: Wear) -> np.ndarray:
    """(K, T) bool: what a tracker has of it, with late starts, early ends and gaps."""
    kept = visible.copy()
    for row in kept:
        seen = np.flatnonzero(row)
        if len(seen) < 8:
            continue
        first, last = seen[0], seen[-1] + 1
        life = last - first
        if rng.random() < wear.cut:
            row[: first + int(life * rng.uniform(0, 0.4))] = False
        if rng.random() < wear.cut:
            row[last - int(life * rng.uniform(0, 0.4)) :] = False
        if wear.gaps and rng.random() < 0.4:
            for _ in range(rng.integers(1, 4)):
                length = max(1, int(life * rng.uniform(0, wear.gaps / 3)))
                start = int(rng.integers(first, last))
                row[start : start + length] = False
        if wear.gaps and rng.random() < 0.2:
            row &= rng.random(len(row)) > rng.uniform(0, 0.3)
        if row.sum() < 3:
            row[:] = False
            row[first:last] = True
    return kept


def false_tracks(
    rng: np.random.Generator, frames: int, size: tuple[int, int], wear: Wear
) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (k, T, 4) that follow nothing, and where they are, (k, T) bool."""
    boxes, visible = [], []
    for _ in range(int(rng.binomial(2, wear.false))):
        unit = np.sqrt(size[0] * size[1])
        life = max(2, int(frames * np.exp(rng.uniform(np.log(0.03), np.log(0.5)))))
        first = int(rng.integers(0, max(frames - life, 0) + 1))
        seen = np.zeros(frames, bool)
        seen[first : first + life] = True
        side = unit * np.exp(rng.uniform(np.log(0.02), np.log(0.3), 2))
        jump = rng.uniform(0.02, 0.6) * side.mean()
        centre = rng.random(2) * size[::-1] + rng.normal(0, jump, (frames, 2))
        sides = side * np.exp(rng.normal(0, rng.uniform(0.05, 0.5), (frames, 2)))
        boxes.append(np.concatenate([centre - sides / 2, centre + sides / 2], -1))
        visible.append(seen)
    return np.array(boxes).reshape(-1, frames, 4), np.array(visible, bool).reshape(-1, frames)


def _smooth(noise: np.ndarray) -> np.ndarray:
    """Noise that lasts for about a tenth of the video, at the same level."""
    frames = noise.shape[1]
    width = max(1, frames // 10)
    kernel = np.ones(width) / np.sqrt(width)
    padded = np.concatenate([noise, noise[:, :width]], 1)
    total = np.cumsum(padded, 1)
    return (total[:, width:] - total[:, :-width])[:, :frames] * kernel[0]

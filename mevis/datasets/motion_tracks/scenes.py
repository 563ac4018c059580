"""Scenes without looks: where objects are in every frame, and what is true of them.

Two kinds: those of MovingShapes, whose sentences mean one of two objects that move alike but for
one thing; and crowds, in which everyone does something and comes and goes when they like.
"""

from dataclasses import dataclass, field

import numpy as np

from mevis.datasets.motion_tracks.facts import NO, OPEN, YES, TruePath, compare, facts_of
from mevis.datasets.motion_tracks.ways import crowd_way
from mevis.datasets.moving_shapes import Arena, build_scene


@dataclass
class MotionScene:
    """K objects in T frames.

    Attributes:
        size: (H, W), pixels.
        centres: (K, T, 2), (x, y), pixels; NaN while an object is not there.
        diameters: (K, T), pixels.
        facts: Per object: motion -> YES or NO; what is not named is open.
        asked: Motions to ask for first.
    """

    size: tuple[int, int]
    centres: np.ndarray
    diameters: np.ndarray
    facts: list[dict[str, int]]
    asked: list[str] = field(default_factory=list)


def shapes_scene(rng: np.random.Generator) -> MotionScene:
    """One of MovingShapes, with the ground truth of its own sentences."""
    frames = int(rng.choice((12, 16, 24, 24, 24, 36, 48)))
    scene = build_scene(rng, Arena(128, 192, frames))
    motions = [item.motion for item in scene.objects]
    centres = np.stack([item.path.centres for item in scene.objects])
    sizes = np.stack([item.look.diameter * item.path.scale for item in scene.objects])
    facts: list[dict[str, int]] = [{} for _ in motions]
    asked = []
    for index in (*scene.members('ordered'), *_tellable(scene)):
        motion = motions[index]
        asked.append(motion)
        for other, one in enumerate(facts):
            one[motion] = YES if other == index else NO
    resting = [motion == 'rest' for motion in motions]
    if any(resting) and not all(resting):
        asked += ['rest', 'move']
        for rests, one in zip(resting, facts, strict=True):
            one |= {'rest': int(rests), 'move': int(not rests)}
    return MotionScene((128, 192), centres, sizes, facts, asked)


def _tellable(scene) -> list[int]:
    """Members of the roaming pair whose motion nothing else in the scene shares."""
    pair = scene.members('roaming')
    chosen = []
    for index in pair:
        motion = scene.objects[index].motion
        beside = next(scene.objects[i].motion for i in pair if i != index)
        needs_rest = {'slow': True, 'steady': True, 'move': beside == 'rest'}
        if motion in ('rest', 'move'):
            continue  # asked for together with all others
        if scene.others == 'rest' or not needs_rest.get(motion, False):
            chosen.append(index)
    return chosen


def crowd_scene(rng: np.random.Generator) -> MotionScene:
    """Two to ten objects, each on a way of its own, with the ground truth by rule."""
    ratio = float(rng.choice((1.5, 1.78, 1.33, 0.5625), p=(0.3, 0.4, 0.2, 0.1)))
    size = (round(160 / ratio**0.5), round(160 * ratio**0.5))
    frames = int(np.exp(rng.uniform(np.log(10), np.log(160))))
    number = int(rng.integers(2, 11))
    unit = float(np.sqrt(size[0] * size[1]))
    diameter = unit * np.exp(rng.uniform(np.log(0.03), np.log(0.35)))
    depth = rng.uniform(0, 1.5) if rng.random() < 0.5 else 0.0
    centres = np.full((number, frames, 2), np.nan)
    diameters = np.full((number, frames), np.nan)
    main = str(rng.choice(('mixed', 'walk')))
    for index in range(number):
        first, last = _life(rng, frames)
        own = diameter * np.exp(rng.normal(0, 0.2))
        way, scale = crowd_way(rng, size, last - first, own, main)
        nearness = 1 + depth * (way[:, 1] / size[0] - 0.5)
        centres[index, first:last] = way
        diameters[index, first:last] = own * scale * np.clip(nearness, 0.3, 3)
    _leave_the_picture(size, centres, diameters)
    seen = ~np.isnan(diameters)
    kept = seen.sum(1) >= 3
    centres, diameters = centres[kept], diameters[kept]
    return MotionScene(size, centres, diameters, truth(size, centres, diameters))


def truth(
    size: tuple[int, int], centres: np.ndarray, diameters: np.ndarray
) -> list[dict[str, int]]:
    """What is true of each object, from its way while it can be seen."""
    paths = [true_path(size, *pair) for pair in zip(centres, diameters, strict=True)]
    together = compare(paths)
    return [
        {name: fact for name, fact in (facts_of(path) | more).items() if fact != OPEN}
        for path, more in zip(paths, together, strict=True)
    ]


def true_path(size: tuple[int, int], centres: np.ndarray, diameters: np.ndarray) -> TruePath:
    """The way of an object while it is there."""
    seen = np.flatnonzero(~np.isnan(diameters))
    frames = len(diameters)
    first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, -1)
    middle = diameters[first : last + 1]
    unit = min(float(np.median(middle)) if len(middle) else 1.0, 0.15 * np.sqrt(size[0] * size[1]))
    late, early = first > 0.03 * frames, last < 0.97 * frames - 1

    def edge(frame: int) -> str:
        half = diameters[frame] / 2
        low, high = centres[frame] - half, centres[frame] + half
        return 'border' if (low < 0).any() or (high > size[::-1]).any() else 'middle'

    begins = edge(first) if late else 'start'
    ends = edge(last) if early and len(seen) else 'end'
    return TruePath(centres[first : last + 1], middle, unit, begins, ends)


def _life(rng: np.random.Generator, frames: int) -> tuple[int, int]:
    """First frame and the one after the last."""
    if rng.random() < 0.5 or frames < 16:
        return 0, frames
    length = max(8, int(frames * rng.uniform(0.1, 1.0)))
    length = min(length, frames)
    first = int(rng.integers(0, frames - length + 1))
    return first, first + length


def _leave_the_picture(size: tuple[int, int], centres: np.ndarray, diameters: np.ndarray) -> None:
    """What is less than a fifth inside is not there; whoever comes back is somebody else."""
    half = 0.3 * diameters[..., None]
    inside = ((centres + half > 0) & (centres - half < np.array(size[::-1]))).all(-1)
    for row in inside:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]]))).reshape(-1, 2)
        row[:] = False
        if len(edges):
            first, last = max(edges, key=lambda edge: edge[1] - edge[0])
            row[first:last] = True
    centres[~inside], diameters[~inside] = np.nan, np.nan

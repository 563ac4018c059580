"""From a true scene to the tracks that a selector sees, with what is still true of them."""

from dataclasses import replace

import numpy as np
import torch

from mevis.datasets.motion_tracks.facts import NO, facts_of
from mevis.datasets.motion_tracks.scenes import MotionScene, true_path
from mevis.datasets.motion_tracks.wear import (
    Wear,
    boxes_of,
    camera_way,
    false_tracks,
    lifetimes,
)
from mevis.structures import Trajectories
from mevis.structures.trajectories import times_of

Facts = list[dict[str, int]]


def observe(rng: np.random.Generator, scene: MotionScene, wear: Wear) -> tuple[Trajectories, Facts]:
    """Tracks of a scene, in random order, and the facts of each.

    What a broken track no longer shows is open, not wrong.
    """
    scene = _placed(rng, _at_rate(scene, wear.frames), wear)
    size, frames = scene.size, scene.diameters.shape[1]
    centres, diameters, facts = _split(rng, scene, wear)
    visible = ~np.isnan(diameters)
    kept = lifetimes(rng, visible, wear)
    facts = _still_true(scene, centres, diameters, kept, facts)
    diameter = float(np.nanmedian(scene.diameters))
    way = camera_way(rng, frames, size, diameter, wear)
    boxes = boxes_of(rng, centres - way, diameters, wear)
    nothing, there = false_tracks(rng, frames, size, wear)
    boxes, kept = np.concatenate([boxes, nothing]), np.concatenate([kept, there])
    facts = [*facts, *(_FALSE for _ in nothing)]
    return _tracks(rng, boxes, kept, size, facts)


class _Nothing(dict):
    """Facts of a track of nothing: no motion is meant, whether it rests is open."""

    def get(self, motion: str, default: int) -> int:  # type: ignore[override]
        return default if motion in ('rest', 'steady') else NO


_FALSE = _Nothing()


def _at_rate(scene: MotionScene, frames: int) -> MotionScene:
    """The scene as a camera of another frame rate sees it."""
    number = scene.diameters.shape[1]
    if not frames:
        return scene
    times = np.linspace(0, number - 1, frames)
    nearest = times.round().astype(int)
    there = ~np.isnan(scene.diameters)
    curves = np.concatenate([scene.centres, scene.diameters[..., None]], -1)
    curves = curves.transpose(0, 2, 1)
    result = np.full((*curves.shape[:2], frames), np.nan)
    for seen, sides, new in zip(there, curves, result, strict=True):
        places = np.flatnonzero(seen)
        for side, values in zip(sides, new, strict=True):
            values[seen[nearest]] = np.interp(times, places, side[places])[seen[nearest]]
    return replace(
        scene, centres=result[:, :2].transpose(0, 2, 1).copy(), diameters=result[:, 2].copy()
    )


def _placed(rng: np.random.Generator, scene: MotionScene, wear: Wear) -> MotionScene:
    """The scene smaller or larger, elsewhere in the picture, with smaller or larger objects."""
    if rng.random() >= wear.place:
        return scene
    scale = rng.uniform(0.4, 1.1)
    room = np.array(scene.size[::-1]) * abs(1 - scale)
    shift = rng.random(2) * room * (1 if scale < 1 else -1)
    grown = np.exp(rng.uniform(np.log(0.5), np.log(1.6)))
    return replace(
        scene,
        centres=scene.centres * scale + shift,
        diameters=scene.diameters * scale * grown,
    )


def _split(
    rng: np.random.Generator, scene: MotionScene, wear: Wear
) -> tuple[np.ndarray, np.ndarray, Facts]:
    """Some objects become two tracks, one after the other."""
    centres, diameters, facts = [], [], []
    for way, size, known in zip(scene.centres, scene.diameters, scene.facts, strict=True):
        seen = np.flatnonzero(~np.isnan(size))
        cuts = [0, len(size)]
        if len(seen) >= 16 and rng.random() < wear.split:
            cuts.insert(1, int(rng.integers(seen[4], seen[-4])))
        for first, last in zip(cuts, cuts[1:], strict=False):
            inside = (np.arange(len(size)) >= first) & (np.arange(len(size)) < last)
            centres.append(np.where(inside[:, None], way, np.nan))
            diameters.append(np.where(inside, size, np.nan))
            facts.append(known)
    return np.stack(centres), np.stack(diameters), facts


def _still_true(
    scene: MotionScene,
    centres: np.ndarray,
    diameters: np.ndarray,
    kept: np.ndarray,
    facts: Facts,
) -> Facts:
    """A fact of the whole way stays where what is left of it says the same, or cannot tell."""
    visible = ~np.isnan(diameters)
    touched = (kept != visible).any(1) | (len(facts) != len(scene.facts))
    if not touched.any():
        return facts
    result = []
    for way, size, row, known, changed in zip(
        centres, diameters, kept, facts, touched, strict=True
    ):
        seen = np.flatnonzero(row)
        if not changed or not len(seen):
            result.append(known)
            continue
        # Gaps in the middle are no end.
        inside = np.zeros(len(row), bool)
        inside[seen[0] : seen[-1] + 1] = True
        shown = np.where(inside[:, None], way, np.nan), np.where(inside, size, np.nan)
        result.append(_agreed(known, facts_of(true_path(scene.size, *shown))))
    return result


def _agreed(known: dict[str, int], seen: dict[str, int]) -> dict[str, int]:
    if not seen:
        return {}
    return {name: fact for name, fact in known.items() if seen.get(name, NO) == fact}


def _tracks(
    rng: np.random.Generator,
    boxes: np.ndarray,
    kept: np.ndarray,
    size: tuple[int, int],
    facts: Facts,
) -> tuple[Trajectories, Facts]:
    height, width = size
    boxes = boxes.clip(0, [width, height, width, height])
    sides = boxes[..., 2:] - boxes[..., :2]
    kept = kept & (np.nan_to_num(sides) > 0.5).all(-1)
    boxes = np.where(kept[..., None], boxes, 0)
    fill = rng.uniform(0.45, 1.0, (len(boxes), 1)) if rng.random() < 0.6 else np.ones((1, 1))
    areas = np.where(kept, sides.prod(-1) * fill, 0)
    order = rng.permutation(np.flatnonzero(kept.any(1)))
    tracks = Trajectories(
        torch.from_numpy(boxes[order].astype(np.float32)),
        torch.from_numpy(areas[order].astype(np.float32)),
        torch.from_numpy(kept[order]),
        times_of(range(kept.shape[1]), kept.shape[1]),
        size,
        tuple(range(len(order))),
    )
    return tracks, [facts[index] for index in order]

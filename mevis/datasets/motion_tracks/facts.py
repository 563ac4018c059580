"""What can be said of a path, by rule: 1 yes, 0 no, -1 neither would be fair.

Legend: n frames; centres (n, 2) are (x, y), y downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from mevis.datasets.moving_shapes.paths import DIRECTIONS, OPPOSITE

YES, NO, OPEN = 1, 0, -1
TURNS = [f'first {a} then {b}' for a, b in product(DIRECTIONS, DIRECTIONS) if a != b]


@dataclass(frozen=True)
class TruePath:
    """Where an object really is while it can be seen.

    Attributes:
        centres: (n, 2).
        diameters: (n,).
        unit: Length that counts as a clear motion.
        begins: 'start' (there from the first frame), 'border' or 'middle' of the picture.
        ends: Likewise, 'end', 'border' or 'middle'.
    """

    centres: np.ndarray
    diameters: np.ndarray
    unit: float
    begins: str = 'start'
    ends: str = 'end'

    @cached_property
    def steps(self) -> np.ndarray:
        """(n - 1, 2), in units."""
        return np.diff(self.centres, axis=0) / self.unit

    @cached_property
    def speeds(self) -> np.ndarray:
        """(n - 1,), in units per frame."""
        return np.linalg.norm(self.steps, axis=1)

    @cached_property
    def extent(self) -> np.ndarray:
        """(2,), in units."""
        return np.ptp(self.centres, axis=0) / self.unit

    @cached_property
    def growth(self) -> float:
        """Size at the end by size at the beginning."""
        edge = max(1, len(self.diameters) // 10)
        return float(self.diameters[-edge:].mean() / self.diameters[:edge].mean())

    @cached_property
    def pauses(self) -> list[tuple[int, int]]:
        """First and last step of each time at rest that takes a twelfth of the path."""
        still = self.speeds < 0.02 * max(self.speeds.max(), 1e-9)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], still, [0]]))).reshape(-1, 2)
        least = len(self.speeds) / 12
        return [(int(a), int(b) - 1) for a, b in edges if b - a >= least]

    @property
    def rests(self) -> int:
        """Whether it stays where it is."""
        if self.extent.max() <= 0.06:
            return YES if abs(np.log(self.growth)) < 0.08 else OPEN
        return NO if self.extent.max() >= 0.35 else OPEN

    @property
    def cruise(self) -> float:
        """Mean speed while it moves."""
        moving = self.speeds > 0.1 * max(self.speeds.max(), 1e-9)
        return float(self.speeds[moving].mean() * self.unit) if moving.any() else 0.0


def facts_of(path: TruePath) -> dict[str, int]:
    """Every motion -> YES, NO or OPEN; those that compare objects are in :func:`compare`."""
    if len(path.centres) < 4:
        return {}
    facts = {'rest': path.rests, 'move': (NO, YES, OPEN)[(YES, NO, OPEN).index(path.rests)]}
    for name, way in DIRECTIONS.items():
        facts[name] = _goes(path, np.array(way, float))
    facts |= _turns(path, facts)
    facts |= _interruptions(path)
    facts |= _swings(path)
    facts |= _circles(path)
    facts |= _changes_speed(path)
    facts |= _opposites('grow', 'shrink', path.growth, 1.25, 1.08)
    facts['leave'] = {'border': YES, 'end': NO}.get(path.ends, OPEN)
    facts['enter'] = {'border': YES, 'start': NO}.get(path.begins, OPEN)
    return facts


def compare(paths: Sequence[TruePath]) -> list[dict[str, int]]:
    """'fast' and 'slow' of each path: on which side of the widest gap between speeds it is."""
    speeds = [0.0 if path.rests == YES or len(path.centres) < 4 else path.cruise for path in paths]
    ranked = sorted(speed for speed in speeds if speed > 0)
    gaps = [(b / a, a) for a, b in zip(ranked, ranked[1:], strict=False)]
    gap, limit = max(gaps, default=(1.0, 0.0))
    if gap < 1.8:
        return [{}] * len(paths)
    return [
        {
            'fast': YES if speed > limit else NO,
            'slow': YES if 0 < speed <= limit else NO,
        }
        for speed in speeds
    ]


def _goes(path: TruePath, way: np.ndarray) -> int:
    progress = path.steps @ way
    along, forth = progress.sum(), progress.clip(0).sum()
    across = abs(path.steps.sum(0) @ way[::-1])
    half = progress[: len(progress) // 2].sum()
    even = min(half, along - half) >= 0.15 * along and forth - along <= 0.15 * along
    if along >= 0.8 and along >= 0.7 * across:
        return YES if even else OPEN
    if forth <= 0.2 or (along <= -0.6 and forth <= -0.15 * along):
        return NO
    return NO if along <= 0.27 * across and forth <= 0.3 * across else OPEN


def _turns(path: TruePath, facts: dict[str, int]) -> dict[str, int]:
    splits = np.round(np.linspace(0.25, 0.75, 9) * len(path.steps)).astype(int) - 1
    shift, length = path.steps.cumsum(0), path.speeds.cumsum()
    one = _main_ways(shift[splits], length[splits])
    two = _main_ways(shift[-1] - shift[splits], length[-1] - length[splits])
    known = {(a, b) for a, b in zip(one, two, strict=True) if a and b and a != b}
    straight = YES in (facts['rest'], *(facts[way] for way in DIRECTIONS)) and not known
    turns = dict.fromkeys(TURNS, NO if straight or len(known) == 1 else OPEN)
    if len(known) == 1:
        turns['first {} then {}'.format(*next(iter(known)))] = YES
    back = {pair for pair in known if OPPOSITE[pair[0]] == pair[1]}
    around = YES if len(back) == len(known) == 1 else NO if straight or not back else OPEN
    return turns | {'turn-around': around if known or straight else OPEN}


def _main_ways(shifts: np.ndarray, lengths: np.ndarray) -> list[str | None]:
    """The direction that each leg takes, if it takes one."""
    along = shifts @ np.array(list(DIRECTIONS.values()), float).T
    best = along.argmax(1)
    most = along.max(1)
    clear = (most >= 0.5) & (most >= 0.85 * lengths)
    names = list(DIRECTIONS)
    return [names[index] if fits else None for index, fits in zip(best, clear, strict=True)]


def _interruptions(path: TruePath) -> dict[str, int]:
    names = ('stop-and-go', 'steady', 'rest-then-move', 'move-then-rest')
    if path.rests == YES:
        return dict.fromkeys(names, NO)
    if path.rests == OPEN:
        return dict.fromkeys(names, OPEN)
    last = len(path.speeds) - 1
    pauses, number = path.pauses, len(path.speeds)
    if not pauses:
        slow = (path.speeds < 0.1 * path.speeds.max()).mean()
        return dict.fromkeys(names, NO) | {'steady': YES if slow < 0.05 else OPEN}
    inside = [(a, b) for a, b in pauses if a > 0 and b < last]
    facts = dict.fromkeys(names, OPEN)
    if inside:
        facts |= {'stop-and-go': YES, 'steady': NO}
        return facts | ({'rest-then-move': NO, 'move-then-rest': NO} if inside == pauses else {})
    long = pauses[0][1] - pauses[0][0] >= 0.2 * number
    if len(pauses) == 1 and long:
        starts = pauses[0][0] == 0
        facts |= {'rest-then-move': int(starts), 'move-then-rest': int(not starts)}
    return facts


def _swings(path: TruePath) -> dict[str, int]:
    steps = np.where(np.abs(path.steps) < 0.01, 0, path.steps)
    turns = [int((np.diff(np.sign(way[way != 0])) != 0).sum()) for way in steps.T]
    axis = int(np.argmax(turns))
    if turns[axis] >= 3:
        beside = abs(steps[:, 1 - axis].sum())
        if beside > 0.5:
            return {'zigzag': YES, 'back-and-forth': NO}
        return {'zigzag': NO, 'back-and-forth': YES} if beside < 0.1 else {}
    return dict.fromkeys(('zigzag', 'back-and-forth'), NO if turns[axis] == 0 else OPEN)


def _circles(path: TruePath) -> dict[str, int]:
    middle = path.centres - path.centres.mean(0)
    cross = middle[:-1, 0] * middle[1:, 1] - middle[:-1, 1] * middle[1:, 0]
    swept = float(cross.sum() / 2 / path.unit**2)
    box = float(max(path.extent.prod(), 1e-6))
    closed = np.linalg.norm(path.steps.sum(0)) < 0.5 * path.extent.max()
    if path.extent.min() >= 0.3 and abs(swept) > 0.5 * box and closed:
        return {'clockwise': int(swept > 0), 'counterclockwise': int(swept < 0)}
    no = path.extent.min() < 0.1 or abs(swept) < 0.05 * box
    return dict.fromkeys(('clockwise', 'counterclockwise'), NO if no else OPEN)


def _changes_speed(path: TruePath) -> dict[str, int]:
    if path.rests == YES:
        return {'speed-up': NO, 'slow-down': NO}
    if path.rests == OPEN or path.pauses or len(path.speeds) < 6:
        return {'speed-up': OPEN, 'slow-down': OPEN}
    third = len(path.speeds) // 3
    early, late = (
        max(np.median(part), 1e-9) for part in (path.speeds[:third], path.speeds[-third:])
    )
    return _opposites('speed-up', 'slow-down', late / early, 1.6, 1.2)


def _opposites(more: str, less: str, ratio: float, clear: float, same: float) -> dict[str, int]:
    size = max(ratio, 1 / max(ratio, 1e-9))
    if size >= clear:
        return {more: int(ratio > 1), less: int(ratio < 1)}
    return dict.fromkeys((more, less), NO if size <= same else OPEN)

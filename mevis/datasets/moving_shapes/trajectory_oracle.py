"""Answers sentences from trajectories by rule: what the dataset allows at most.

It reads the words and sees where every object is in every frame, how large it is and how it looks,
as ``scenes.json`` has it; it knows neither the labels of the motions nor how a scene was made.

Legend: T frames; x, y in pixels, y downwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mevis.datasets.moving_shapes.paths import DIRECTIONS
from mevis.datasets.moving_shapes.reading import Question, read_sentence


@dataclass(frozen=True)
class Track:
    """An object as it is seen.

    Attributes:
        look: Words for its appearance.
        centres: (T, 2), (x, y).
        diameters: (T,).
        size: (width, height) of the frame.
    """

    look: frozenset[str]
    centres: np.ndarray
    diameters: np.ndarray
    size: np.ndarray

    @classmethod
    def from_record(cls, item: Mapping[str, Any], size: list[int]) -> 'Track':
        """An object of ``scenes.json``; ``size`` is (height, width)."""
        look = frozenset(item[name] for name in ('colour', 'shape', 'texture', 'size'))
        centres, diameters = np.array(item['centres']), np.array(item['diameters'])
        return cls(look, centres, diameters, np.array(size[::-1]))

    @property
    def steps(self) -> np.ndarray:
        """(T - 1, 2), from each frame to the next."""
        return np.diff(self.centres, axis=0)

    @property
    def speeds(self) -> np.ndarray:
        """(T - 1,), pixels per frame."""
        return np.linalg.norm(self.steps, axis=1)

    @property
    def diameter(self) -> float:
        """On average."""
        return float(self.diameters.mean())

    def pauses(self) -> list[tuple[int, int]]:
        """First and last step of each time at rest.

        A step that a border reflects may be short, so a pause takes a twelfth of the video.
        """
        still = np.concatenate([[False], self.speeds < 0.02, [False]])
        edges = np.flatnonzero(still[1:] != still[:-1]).reshape(-1, 2)
        least = (len(self.centres) - 1) / 12
        return [(int(a), int(b) - 1) for a, b in edges if b - a >= least]

    def inside(self, frame: int) -> bool:
        """Whether some of it can be in the frame."""
        half = self.diameters[frame] / 2
        centre = self.centres[frame]
        return bool((centre > -half).all() and (centre < self.size + half).all())


def answer(text: str, scene: Mapping[str, Any]) -> tuple[int, ...]:
    """Indices of the objects that a sentence means.

    Args:
        text: The sentence.
        scene: Its video's entry in ``scenes.json``.
    """
    question = read_sentence(text)
    tracks = [Track.from_record(item, scene['size']) for item in scene['objects']]
    named = [i for i, track in enumerate(tracks) if question.look <= track.look]
    if question.motion is None:
        return tuple(named)
    return tuple(i for i in named if fits(question, i, named, tracks))


def fits(question: Question, index: int, named: list[int], tracks: list[Track]) -> bool:
    """Whether an object does what is asked for."""
    own, motion = tracks[index], question.motion or ''
    rivals = [tracks[i] for i in named if i != index]
    if motion in _RELATIONS:
        others = [t for i, t in enumerate(tracks) if i != index and question.other <= t.look]
        return any(_RELATIONS[motion](own, other) for other in others)
    if motion == 'fast':
        return all(own.speeds.max() > 1.5 * rival.speeds.max() for rival in rivals)
    if motion == 'slow':
        faster = any(rival.speeds.max() > 1.5 * own.speeds.max() for rival in rivals)
        return faster and bool(own.speeds.max() > 0)
    if motion.startswith('first '):
        _, first, _, second = motion.split()
        return _turns(own, first, second)
    if motion in DIRECTIONS:
        return _goes(own, DIRECTIONS[motion])
    return _RULES[motion](own)


def _goes(track: Track, direction: tuple[int, int]) -> bool:
    return bool((track.centres[-1] - track.centres[0]) @ direction > track.diameter)


def _turns(track: Track, first: str, second: str) -> bool:
    early = int(0.4 * (len(track.centres) - 1))
    way = track.centres
    return (
        _main_direction(way[early] - way[0]) == first
        and _main_direction(way[-1] - way[-1 - early]) == second
    )


def _main_direction(shift: np.ndarray) -> str | None:
    if not shift.any():
        return None
    return max(DIRECTIONS, key=lambda name: float(shift @ DIRECTIONS[name]))


def _always_moves(track: Track) -> bool:
    return not track.pauses()


def _stops_and_goes(track: Track) -> bool:
    return any(a > 0 and b < len(track.centres) - 2 for a, b in track.pauses())


def _starts(track: Track) -> bool:
    pauses = track.pauses()
    return len(pauses) == 1 and pauses[0][0] == 0 and pauses[0][1] < len(track.centres) - 2


def _halts(track: Track) -> bool:
    pauses = track.pauses()
    return len(pauses) == 1 and pauses[0][0] > 0 and pauses[0][1] == len(track.centres) - 2


def _gets_faster(track: Track, speeds: np.ndarray) -> bool:
    """Whether ``speeds``, from first to last or the other way, grow by half and never fall."""
    third = len(speeds) // 3
    more = np.median(speeds[-third:]) > 1.5 * np.median(speeds[:third])
    return bool(not track.pauses() and more and (np.diff(speeds) > -0.05).all())


def _swept(track: Track) -> float:
    """Area that the line from the middle sweeps, clockwise, in squared diameters."""
    middle = track.centres - track.centres.mean(0)
    cross = middle[:-1, 0] * middle[1:, 1] - middle[:-1, 1] * middle[1:, 0]
    return float(cross.sum() / 2 / track.diameter**2)


def _swings(track: Track) -> tuple[bool, bool]:
    """Whether it swings along one axis, and whether it moves along the other one too."""
    steps = np.where(np.abs(track.steps) < 0.02, 0, track.steps)
    turns = [int((np.diff(np.sign(way[way != 0])) != 0).sum()) for way in steps.T]
    axis = int(np.argmax(turns))
    return turns[axis] >= 3, bool(np.abs(steps[:, 1 - axis]).sum() > 0.5 * track.diameter)


_RULES: dict[str, Callable[[Track], bool]] = {
    'rest': lambda track: track.speeds.max() == 0,
    'move': lambda track: track.speeds.max() > 0,
    'stop-and-go': _stops_and_goes,
    'steady': _always_moves,
    'zigzag': lambda track: _swings(track) == (True, True),
    'back-and-forth': lambda track: _swings(track) == (True, False),
    'clockwise': lambda track: _swept(track) > 0.5,
    'counterclockwise': lambda track: _swept(track) < -0.5,
    'grow': lambda track: track.diameters[-1] > 1.2 * track.diameters[0],
    'shrink': lambda track: track.diameters[0] > 1.2 * track.diameters[-1],
    'leave': lambda track: track.inside(0) and not track.inside(-1),
    'enter': lambda track: track.inside(-1) and not track.inside(0),
    'rest-then-move': _starts,
    'move-then-rest': _halts,
    'speed-up': lambda track: _gets_faster(track, track.speeds),
    'slow-down': lambda track: _gets_faster(track, track.speeds[::-1]),
}


def _ahead(own: Track, other: Track) -> tuple[np.ndarray, np.ndarray]:
    """(T,): how far ahead of ``other`` along its way, and how far beside it, in its diameters."""
    way = other.centres[-1] - other.centres[0]
    along = way / max(float(np.linalg.norm(way)), 1e-9)
    gap = (own.centres - other.centres) / other.diameter
    return gap @ along, np.abs(gap @ np.array([-along[1], along[0]]))


def _follows(own: Track, other: Track) -> bool:
    ahead, beside = _ahead(own, other)
    return bool(other.speeds.max() > 0 and (ahead < 0).all() and (beside < 0.05).all())


def _overtakes(own: Track, other: Track) -> bool:
    ahead, _ = _ahead(own, other)
    return bool(ahead[0] < -0.3 and ahead[-1] > 0.3)


_RELATIONS: dict[str, Callable[[Track, Track], bool]] = {
    'follow': _follows,
    'overtake': _overtakes,
}

"""The motions, which of them stand beside each other, and what they become backwards."""

import re
from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.paths import DIRECTIONS, OPPOSITE

ROAMING_PAIRS = {
    'rest': ('rest', 'move'),
    'speed': ('fast', 'slow'),
    'stop-and-go': ('stop-and-go', 'steady'),
    'zigzag': ('zigzag', 'move'),
    'back-and-forth': ('back-and-forth', 'move'),
}
"""Name -> motions of the two look-alikes; all of them stay what they are in reversed time."""


@dataclass(frozen=True)
class OrderedMotion:
    """A kind of motion that reversed time turns into another one.

    Attributes:
        name: Of the kind.
        motions: One is drawn; the look-alike gets its reversal.
        free_axes: Along which everything else may move.
        excludes: Roaming pairs that would make a sentence ambiguous.
    """

    name: str
    motions: tuple[str, ...]
    free_axes: tuple[str, ...] = ('x', 'y')
    excludes: tuple[str, ...] = ()

    def draw(self, rng: np.random.Generator) -> str:
        """One of the motions."""
        return self.motions[rng.integers(len(self.motions))]


_TURNS = tuple(
    f'first {first} then {second}'
    for first in DIRECTIONS
    for second in DIRECTIONS
    if second not in (first, OPPOSITE[first])
)
_ORDERED = (
    (OrderedMotion('left-right', ('left',), ('y',)), 0.24),
    (OrderedMotion('up-down', ('up',), ('x',)), 0.24),
    (OrderedMotion('turn', _TURNS, excludes=('zigzag',)), 0.12),
    (OrderedMotion('orbit', ('clockwise',), excludes=('zigzag', 'speed')), 0.08),
    (OrderedMotion('grow', ('grow',)), 0.08),
    (OrderedMotion('leave', ('leave',), excludes=('speed',)), 0.08),
    (
        OrderedMotion('start', ('rest-then-move',), excludes=('rest', 'speed', 'stop-and-go')),
        0.08,
    ),
    (OrderedMotion('accelerate', ('speed-up',), excludes=('speed', 'stop-and-go')), 0.08),
)
ORDERED_BY_NAME = {kind.name: kind for kind, _ in _ORDERED}

_BACKWARDS = dict(OPPOSITE)
for _one, _two in (
    ('clockwise', 'counterclockwise'),
    ('grow', 'shrink'),
    ('leave', 'enter'),
    ('rest-then-move', 'move-then-rest'),
    ('speed-up', 'slow-down'),
):
    _BACKWARDS |= {_one: _two, _two: _one}


def reversed_motion(motion: str) -> str:
    """What a motion is when the video is played backwards."""
    turn = re.fullmatch(r'first (\w+) then (\w+)', motion)
    if turn:
        return f'first {OPPOSITE[turn[2]]} then {OPPOSITE[turn[1]]}'
    return _BACKWARDS.get(motion, motion)


def about(motion: str) -> str:
    """Name of the kind of motion, for tags: 'left' and 'right' are about 'direction'."""
    if motion in DIRECTIONS:
        return 'direction'
    if motion.startswith('first '):
        return 'turn'
    return _ABOUT[motion]


_ABOUT = {
    'rest': 'rest',
    'move': 'rest',
    'fast': 'speed',
    'slow': 'speed',
    'stop-and-go': 'stop-and-go',
    'steady': 'stop-and-go',
    'zigzag': 'zigzag',
    'back-and-forth': 'back-and-forth',
    'clockwise': 'orbit',
    'counterclockwise': 'orbit',
    'grow': 'size',
    'shrink': 'size',
    'leave': 'border',
    'enter': 'border',
    'rest-then-move': 'start',
    'move-then-rest': 'start',
    'speed-up': 'acceleration',
    'slow-down': 'acceleration',
    'follow': 'follow',
    'overtake': 'overtake',
}


def draw_ordered(rng: np.random.Generator) -> str:
    """Name of a kind of ordered pair."""
    return _ORDERED[rng.choice(len(_ORDERED), p=[share for _, share in _ORDERED])][0].name


def draw_roaming(rng: np.random.Generator, ordered: str | None, relation: str | None) -> str:
    """Name of a roaming pair that leaves the sentences about the other parts clear."""
    excluded = set(ORDERED_BY_NAME[ordered].excludes) if ordered else set()
    if relation == 'overtake':
        excluded.add('speed')
    names = [name for name in ROAMING_PAIRS if name not in excluded]
    weights = np.array([2.0 if name in ('rest', 'speed') else 1.0 for name in names])
    return names[rng.choice(len(names), p=weights / weights.sum())]

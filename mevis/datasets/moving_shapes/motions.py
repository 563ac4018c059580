"""How shapes move, and what may be said of it.

A motion is a *progress* s(t) along a *base path*.  The base paths of two look-alikes are drawn from
one distribution, and progress is such that at a frame drawn at random every motion is at a
uniformly distributed place of its base path: so a single frame tells nothing about which of two
look-alikes moves how (``docs/guides/moving_shapes.md`` has the argument).
"""

from dataclasses import dataclass, replace

import numpy as np

DIRECTIONS = {'left': (-1.0, 0.0), 'right': (1.0, 0.0), 'up': (0.0, -1.0), 'down': (0.0, 1.0)}
OPPOSITE = {'left': 'right', 'right': 'left', 'up': 'down', 'down': 'up'}
SLOW = 0.3  # share of the base path that a slow shape covers


@dataclass(frozen=True)
class Motion:
    """What a shape does.

    Attributes:
        kind: ``rest``, ``line``, ``zigzag``, ``back_and_forth``, ``circle``, ``size``, ``enter``,
            ``leave``, ``stop`` (moves, then rests), ``start`` (rests, then moves) or ``turn``.
        direction: Of the (first) leg.
        second: Direction of the second leg of a turn.
        speed: ``fast``, ``slow`` or ``normal``.
        grows: Of ``size``: 1 grows, -1 shrinks.
        clockwise: Of ``circle``.
    """

    kind: str
    direction: str | None = None
    second: str | None = None
    speed: str = 'normal'
    grows: int = 0
    clockwise: bool = False

    def reversed(self) -> 'Motion':
        """The motion of the video played backwards."""
        swapped = {'enter': 'leave', 'leave': 'enter', 'stop': 'start', 'start': 'stop'}
        direction = OPPOSITE.get(self.direction or '')
        if self.kind == 'turn':
            return replace(self, direction=OPPOSITE[self.second], second=direction)
        return replace(
            self,
            kind=swapped.get(self.kind, self.kind),
            direction=direction,
            grows=-self.grows,
            clockwise=not self.clockwise,
        )


def _moves(motion: Motion) -> bool | None:
    return motion.kind not in ('rest', 'size')


def _rests(motion: Motion) -> bool | None:
    return {'rest': True, 'size': None, 'stop': None, 'start': None}.get(motion.kind, False)


def _has_speed(motion: Motion, speed: str) -> bool | None:
    if not _moves(motion):
        return False
    known = motion.kind == 'line' and motion.speed != 'normal'
    return motion.speed == speed if known else None


def _goes(motion: Motion, direction: str) -> bool | None:
    if motion.kind in ('rest', 'size', 'circle'):
        return False
    if motion.kind in ('back_and_forth', 'turn'):
        return None
    return motion.direction == direction


def truth(motion: Motion, predicate: str) -> bool | None:
    """Whether a predicate holds of a motion; None where one could argue.

    Args:
        motion: The motion.
        predicate: A key of ``PREDICATES``.
    """
    name, _, rest = predicate.partition(':')
    if name == 'moves':
        return _moves(motion)
    if name == 'rests':
        return _rests(motion)
    if name in ('fast', 'slow'):
        return _has_speed(motion, name)
    if name == 'goes':
        return _goes(motion, rest)
    if name == 'turns':
        return motion.kind == 'turn' and f'{motion.direction},{motion.second}' == rest
    return _OTHERS[name](motion)


_OTHERS = {
    'zigzags': lambda m: m.kind == 'zigzag',
    'straight': lambda m: None if m.kind in ('stop', 'start', 'turn') else m.kind == 'line',
    'circles': lambda m: m.kind == 'circle',
    'returns': lambda m: m.kind == 'back_and_forth',
    'resizes': lambda m: m.kind == 'size',
    'grows': lambda m: m.kind == 'size' and m.grows > 0,
    'shrinks': lambda m: m.kind == 'size' and m.grows < 0,
    'enters': lambda m: m.kind == 'enter',
    'leaves': lambda m: m.kind == 'leave',
    'clockwise': lambda m: m.kind == 'circle' and m.clockwise,
    'anticlockwise': lambda m: m.kind == 'circle' and not m.clockwise,
    'stops': lambda m: m.kind == 'stop',
    'starts': lambda m: m.kind == 'start',
}


@dataclass(frozen=True)
class MotionPair:
    """What two look-alikes do, and which predicates tell them apart.

    Attributes:
        first: Motion of one.
        second: Motion of the other; for an ``order`` pair that of the first played backwards.
        predicates: True of the first and false of the second, or the other way round.
        tag: ``motion`` or ``order``.
    """

    first: Motion
    second: Motion
    predicates: tuple[str, str]
    tag: str


def draw_pair(rng: np.random.Generator) -> MotionPair:
    """Draws how two look-alikes differ: as often by order as by motion alone."""
    direction = str(rng.choice([*DIRECTIONS]))
    if rng.random() < 0.5:
        return _motion_pair(rng, direction)
    first, predicates = _order_motion(rng, direction)
    return MotionPair(first, first.reversed(), predicates, 'order')


def _motion_pair(rng: np.random.Generator, direction: str) -> MotionPair:
    line = Motion('line', direction)
    pairs = [
        (line, Motion('rest'), ('moves', 'rests')),
        (replace(line, speed='fast'), replace(line, speed='slow'), ('fast', 'slow')),
        (Motion('zigzag', direction), line, ('zigzags', 'straight')),
        (
            Motion('circle', clockwise=bool(rng.integers(2))),
            Motion('rest'),
            ('circles', 'rests'),
        ),
        (Motion('back_and_forth', direction), line, ('returns', 'straight')),
        (
            Motion('size', grows=int(rng.choice((-1, 1)))),
            Motion('rest'),
            ('resizes', 'rests'),
        ),
    ]
    weights = np.array((3, 3, 1, 1, 1, 1)) / 10
    first, second, predicates = pairs[rng.choice(len(pairs), p=weights)]
    return MotionPair(first, second, predicates, 'motion')


def _order_motion(rng: np.random.Generator, direction: str) -> tuple[Motion, tuple[str, str]]:
    kind = str(
        rng.choice(
            ('line', 'size', 'leave', 'circle', 'stop', 'turn'),
            p=(0.4, 0.12, 0.12, 0.12, 0.12, 0.12),
        )
    )
    if kind == 'line':
        opposite = OPPOSITE[direction]
        return Motion('line', direction), (f'goes:{direction}', f'goes:{opposite}')
    if kind == 'size':
        return Motion('size', grows=1), ('grows', 'shrinks')
    if kind == 'leave':
        return Motion('leave', direction), ('leaves', 'enters')
    if kind == 'circle':
        return Motion('circle', clockwise=True), ('clockwise', 'anticlockwise')
    if kind == 'stop':
        return Motion('stop', direction), ('stops', 'starts')
    sideways = ('up', 'down') if direction in ('left', 'right') else ('left', 'right')
    motion = Motion('turn', direction, str(rng.choice(sideways)))
    back = motion.reversed()
    return motion, (
        f'turns:{motion.direction},{motion.second}',
        f'turns:{back.direction},{back.second}',
    )


def draw_single(rng: np.random.Generator, avoid: tuple[str, ...]) -> Motion | None:
    """Draws a motion of which none of the predicates in ``avoid`` is or could be true."""
    direction = str(rng.choice([*DIRECTIONS]))
    candidates = [
        Motion('rest'),
        Motion('line', direction),
        Motion('line', OPPOSITE[direction]),
        Motion('circle', clockwise=bool(rng.integers(2))),
        Motion('size', grows=int(rng.choice((-1, 1)))),
        Motion('zigzag', direction),
    ]
    fitting = [
        motion for motion in candidates if all(truth(motion, name) is False for name in avoid)
    ]
    return fitting[rng.integers(len(fitting))] if fitting else None

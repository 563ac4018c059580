"""A scene: shapes, what they look like and where they go.

Every scene holds pairs of look-alikes that move differently.  At the end a coin decides whether
the whole scene is played backwards: so each scene and its reverse are equally likely, and an
observer who sees the frames without their order can never know which of an ``order`` pair is
meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mevis.datasets.moving_shapes.looks import Look, draw_looks
from mevis.datasets.moving_shapes.motions import (
    OPPOSITE,
    Motion,
    MotionPair,
    draw_pair,
    draw_single,
    truth,
)
from mevis.datasets.moving_shapes.paths import Size, Track, make_track

_TRIES = 30
_MOST_HIDDEN = 0.12  # of the places of a base path


@dataclass(frozen=True)
class Shape:
    """One shape of a scene.

    Attributes:
        look: Its appearance.
        motion: What it does.
        track: Where it is.
    """

    look: Look
    motion: Motion
    track: Track

    def reversed(self) -> 'Shape':
        """The shape of the video played backwards."""
        return Shape(self.look, self.motion.reversed(), self.track.reversed())


@dataclass(frozen=True)
class Relation:
    """What one shape does with regard to another.

    Attributes:
        subject: Index of the shape that does it.
        name: ``follows``, ``overtakes``, ``approaches`` or ``departs``.
        target: Index of the other, which is the only one of its look.
    """

    subject: int
    name: str
    target: int


@dataclass(frozen=True)
class Scene:
    """Shapes from back to front, and what relates them.

    Attributes:
        shapes: Back to front.
        pairs: (index, index, motion pair) of look-alikes.
        relations: True relations.
        pan: Pixels (x, y) that the background moves by per frame.
    """

    shapes: Sequence[Shape]
    pairs: Sequence[tuple[int, int, MotionPair]]
    relations: Sequence[Relation]
    pan: tuple[float, float]


def draw_scene(rng: np.random.Generator, num_frames: int, size: Size) -> Scene:
    """Draws a scene.

    Args:
        rng: Source of randomness.
        num_frames: T.
        size: (H, W) pixels.
    """
    looks = draw_looks(rng, 5)
    first = draw_pair(rng)
    pairs = [first]
    shapes: list[Shape] = []
    relations: list[Relation] = []
    related = rng.random() < 0.25
    if not related and rng.random() < 0.5:
        second = draw_pair(rng)
        if _independent(first, second):
            pairs.append(second)
    if related:
        shapes, relations = _related_shapes(rng, looks[2:4], num_frames, size)
        if any(_confuses(shape.motion, first) for shape in shapes):
            shapes, relations = [], []
    singles = looks[4:] if shapes or len(pairs) > 1 else looks[3:]
    shapes = [*shapes, *_single_shapes(rng, singles, pairs, num_frames, size)]
    indexed = []
    for pair, look in zip(pairs, looks, strict=False):
        indexed.append((len(shapes), len(shapes) + 1, pair))
        shapes += _look_alikes(rng, pair, look, shapes, num_frames, size)
    scene = Scene(shapes, indexed, relations, tuple(rng.uniform(-0.7, 0.7, 2)))
    return _reversed(scene) if rng.random() < 0.5 else scene


def _independent(first: MotionPair, second: MotionPair) -> bool:
    """Whether nothing said of one pair is, or could be, true of the other."""
    return not any(
        truth(motion, predicate) is not False
        for one, other in ((first, second), (second, first))
        for motion in (one.first, one.second)
        for predicate in other.predicates
    )


def _confuses(motion: Motion, pair: MotionPair) -> bool:
    return any(truth(motion, predicate) is not False for predicate in pair.predicates)


def _look_alikes(
    rng: np.random.Generator,
    pair: MotionPair,
    look: Look,
    others: Sequence[Shape],
    num_frames: int,
    size: Size,
) -> list[Shape]:
    """Two shapes of one look, in an order that tells nothing."""
    motions = [pair.first, pair.second]
    if rng.random() < 0.5:
        motions.reverse()
    ordered = pair.tag == 'order'
    shapes: list[Shape] = []
    for _ in range(_TRIES):
        seeds = [int(rng.integers(2**62)) for _ in motions]
        likes = motions if ordered else [pair.first, pair.first]
        sweeps = [
            make_track(like, like, seed, num_frames, size, look.diameter)
            for like, seed in zip(likes, seeds, strict=True)
        ]
        shapes = [
            Shape(look, motion, make_track(motion, like, seed, num_frames, size, look.diameter))
            for motion, like, seed in zip(motions, likes, seeds, strict=True)
        ]
        # Judged by base paths, not by who does what: that would tell the two apart.
        if _clear(sweeps, look, others):
            break
    return shapes


def _clear(sweeps: Sequence[Track], look: Look, others: Sequence[Shape]) -> bool:
    """Whether the base paths keep away from one another and from shapes of equal rank."""
    hidden = _share_hidden(sweeps[0], sweeps[1], look.diameter)
    for sweep in sweeps:
        for other in others:
            reach = (look.diameter + other.look.diameter) / 2
            hidden = max(hidden, _share_hidden(sweep, other.track, reach))
    return hidden < _MOST_HIDDEN


def _share_hidden(one: Track, other: Track, reach: float) -> float:
    """Share of the pairs of places (of any two frames) that lie upon each other."""
    apart = np.linalg.norm(one.centres[:, None] - other.centres[None], axis=-1)
    return float((apart < 0.6 * reach).mean())


def _single_shapes(
    rng: np.random.Generator,
    looks: Sequence[Look],
    pairs: Sequence[MotionPair],
    num_frames: int,
    size: Size,
) -> list[Shape]:
    """Shapes of which nothing that tells a pair apart is true, where that can be."""
    shapes = []
    # Every shape moves or rests: one of the two words must be left to the pair.
    spared = int(rng.integers(2))
    avoid = [
        predicate
        for pair in pairs
        for index, predicate in enumerate(pair.predicates)
        if pair.predicates != ('moves', 'rests') or index == spared
    ]
    for look in looks:
        motion = draw_single(rng, tuple(avoid))
        if motion is not None:
            seed = int(rng.integers(2**62))
            track = make_track(motion, motion, seed, num_frames, size, look.diameter)
            shapes.append(Shape(look, motion, track))
    return shapes


def _related_shapes(
    rng: np.random.Generator, looks: Sequence[Look], num_frames: int, size: Size
) -> tuple[list[Shape], list[Relation]]:
    """A unique shape, one that relates to it, and its look-alike that does not."""
    unique, common = looks
    direction = str(rng.choice(('left', 'right')))
    sign = -1.0 if direction == 'left' else 1.0
    height, width = size
    t = (np.arange(num_frames) + 0.5) / num_frames
    apart = 0.62 * (unique.diameter + common.diameter)
    margin = common.diameter / 2 + 3
    lanes = rng.permutation([0.28, 0.74]) * height
    span = width - 2 * margin
    name = str(rng.choice(('follows', 'overtakes', 'approaches')))
    line, opposite = Motion('line', direction), Motion('line', OPPOSITE[direction])

    def along(places: np.ndarray, lane: float) -> Track:
        x = np.clip(places, 0, 1) * span + margin
        x = x if sign > 0 else width - x
        return Track(np.stack((x, np.full(num_frames, lane)), 1), np.ones(num_frames))

    gap = apart / span
    if name == 'follows':
        target = along(gap + (1 - gap) * 0.95 * t, lanes[0])
        subject = along((1 - gap) * 0.95 * t, lanes[0])
        twin = Shape(common, opposite, along(0.9 - 0.75 * t, lanes[1]))
        moves = (line, line)
    elif name == 'overtakes':
        target = along(0.3 + 0.2 * t, lanes[0])
        subject = along(0.95 * t, lanes[0] + np.copysign(0.4 * apart, lanes[1] - lanes[0]))
        twin = Shape(common, line, along(0.05 + 0.2 * t, lanes[1]))
        moves = (line, line)
    else:
        target = along(np.full(num_frames, 0.9), height / 2)
        subject = along((0.9 - gap) * t, lanes[0] * 0.4 + height * 0.3)
        twin = Shape(common, opposite, along((0.9 - gap) * (1 - t), lanes[1] * 0.4 + height * 0.3))
        moves = (Motion('rest'), line)
    shapes = [Shape(unique, moves[0], target), Shape(common, moves[1], subject), twin]
    relations = [Relation(1, name, 0)]
    if name == 'approaches':
        relations.append(Relation(2, 'departs', 0))
    return shapes, relations


def _reversed(scene: Scene) -> Scene:
    """The scene played backwards; what can only be said forwards is left out."""
    swapped = {'approaches': 'departs', 'departs': 'approaches'}
    return Scene(
        shapes=[shape.reversed() for shape in scene.shapes],
        pairs=[
            (i, j, replace(pair, first=pair.first.reversed(), second=pair.second.reversed()))
            for i, j, pair in scene.pairs
        ],
        relations=[
            replace(relation, name=swapped[relation.name])
            for relation in scene.relations
            if relation.name in swapped
        ],
        pan=(-scene.pan[0], -scene.pan[1]),
    )

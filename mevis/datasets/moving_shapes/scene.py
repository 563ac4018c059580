"""Which objects a video has and how they move.

A scene is put together from parts that are drawn independently of one another:

* a *roaming pair*: two look-alikes whose motions differ without regard to the order of frames;
* an *ordered pair*: two look-alikes of which one moves as the other would in reversed time;
* a *relation*: one object follows or overtakes another, beside a look-alike that does not;
* *fillers* with looks of their own, below all others.

At the end a fair coin decides whether the whole scene is played backwards.  Given the unordered
frames, both directions are equally likely, and they exchange the members of the ordered pair.
"""

from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.looks import Look, draw_looks
from mevis.datasets.moving_shapes.motions import (
    ORDERED_BY_NAME,
    ROAMING_PAIRS,
    draw_ordered,
    draw_roaming,
    reversed_motion,
)
from mevis.datasets.moving_shapes.paths import Arena, Path, ordered_path, roam, roaming_offsets
from mevis.datasets.moving_shapes.relations import Relation, build_relation


@dataclass
class SceneObject:
    """A sprite.

    Attributes:
        look: Its appearance.
        path: Its way through the video.
        motion: Its label, such as 'left' or 'rest'.
        part: 'roaming', 'ordered', 'relation' or 'filler'.
    """

    look: Look
    path: Path
    motion: str
    part: str


@dataclass
class Scene:
    """A video before it is drawn.

    Attributes:
        arena: Size and length.
        objects: Sprites.
        depth: Their indices, from back to front.
        others: What all objects outside the roaming pair do: 'move', 'rest' or 'mixed'.
        relation: Who follows or overtakes whom.
        background: (T, 2), shift of the background in pixels.
        background_seed: Of its texture.
    """

    arena: Arena
    objects: list[SceneObject]
    depth: list[int]
    others: str
    background: np.ndarray
    background_seed: int
    relation: Relation | None = None

    def members(self, part: str) -> list[int]:
        """Indices of the objects of a part."""
        return [index for index, item in enumerate(self.objects) if item.part == part]

    def look_alikes(self, index: int) -> list[int]:
        """Other objects of the same appearance."""
        look = self.objects[index].look
        return [i for i, item in enumerate(self.objects) if i != index and item.look == look]


_LAYOUTS = {
    # name: (parts, smallest and largest number of fillers, share)
    'both-pairs': (('roaming', 'ordered'), (1, 2), 0.4),
    'roaming-among-resting': (('roaming',), (1, 3), 0.2),
    'ordered-and-relation': (('ordered', 'relation'), (0, 1), 0.2),
    'roaming-and-relation': (('roaming', 'relation'), (0, 1), 0.2),
}


def build_scene(rng: np.random.Generator, arena: Arena) -> Scene:
    """Draws a scene."""
    names = list(_LAYOUTS)
    layout = names[rng.choice(len(names), p=[_LAYOUTS[name][2] for name in names])]
    parts, (fewest, most), _ = _LAYOUTS[layout]
    num_fillers = int(rng.integers(fewest, most + 1))
    ordered = draw_ordered(rng) if 'ordered' in parts else None
    relation = str(rng.choice(('follow', 'overtake'))) if 'relation' in parts else None
    roaming = draw_roaming(rng, ordered, relation) if 'roaming' in parts else None
    others = 'rest' if layout == 'roaming-among-resting' else 'mixed'
    if roaming == 'rest' and others == 'mixed':
        others = 'move'

    # Along the axis of an ordered pair that moves to one side, nothing else may move.
    free_axes = ORDERED_BY_NAME[ordered].free_axes if ordered else ('x', 'y')
    axes = {part: str(rng.choice(free_axes)) for part in ('roaming', 'ordered', 'relation')}
    sizes = {
        'ordered': 'small' if ordered == 'grow' else None,
        'relation': 'small'
        if axes['relation'] == 'y' or arena.width < 1.4 * arena.height
        else None,
    }
    slots: list[str | None] = [sizes.get(part) for part in parts]
    if relation:
        slots.append(sizes['relation'])
    looks = draw_looks(rng, slots + [None] * num_fillers, min(arena.height, arena.width))
    look_of = dict(zip(parts, looks, strict=False))
    filler_looks = looks[len(slots) :]

    objects = [_filler(rng, arena, look, others, free_axes) for look in filler_looks]
    link = None
    if ordered:
        objects += _ordered_pair(rng, arena, ordered, axes['ordered'], look_of['ordered'])
    if relation:
        first = len(objects)
        tracks, link = build_relation(
            rng, arena, relation, axes['relation'], look_of['relation'], looks[len(parts)], first
        )
        objects += [SceneObject(look, path, 'move', 'relation') for look, path in tracks]
    if roaming:
        top_speed = max(item.path.top_speed for item in objects)
        objects += _roaming_pair(
            rng, arena, roaming, axes['roaming'], look_of['roaming'], top_speed
        )
    scene = Scene(
        arena,
        objects,
        depth=[],
        others=others,
        background=_pan(rng, arena),
        background_seed=int(rng.integers(2**31)),
        relation=link,
    )
    if rng.random() < 0.5:
        _play_backwards(scene)
    return _shuffled(rng, scene)


def _filler(
    rng: np.random.Generator, arena: Arena, look: Look, others: str, axes: tuple[str, ...]
) -> SceneObject:
    motion = str(rng.choice(('rest', 'move'))) if others == 'mixed' else others
    length = rng.uniform(1.5, 1.9) * look.diameter
    offsets = roaming_offsets(
        rng, arena, motion, str(rng.choice(axes)), float(length), look.diameter
    )
    return SceneObject(look, roam(rng, arena, look.diameter, offsets), motion, 'filler')


def _roaming_pair(
    rng: np.random.Generator, arena: Arena, name: str, axis: str, look: Look, top_speed: float
) -> list[SceneObject]:
    """Two look-alikes, independent of all else and each uniform in every frame."""
    pair = []
    length = rng.uniform(1.5, 1.9) * look.diameter
    for motion in ROAMING_PAIRS[name]:
        if motion == 'fast':
            steps = arena.num_frames - 1
            way = rng.uniform(2.3, 2.7) * max(length, top_speed * steps)
        else:
            way = length
        offsets = roaming_offsets(rng, arena, motion, axis, float(way), look.diameter)
        path = roam(rng, arena, look.diameter, offsets)
        pair.append(SceneObject(look, path, motion, 'roaming'))
    return pair


def _ordered_pair(
    rng: np.random.Generator, arena: Arena, name: str, axis: str, look: Look
) -> list[SceneObject]:
    """Two look-alikes: one draw of a path, and the reversal in time of another draw."""
    motion = ORDERED_BY_NAME[name].draw(rng)
    one, two = (ordered_path(rng, arena, motion, axis, look.diameter) for _ in range(2))
    return [
        SceneObject(look, one, motion, 'ordered'),
        SceneObject(look, two.reversed(), reversed_motion(motion), 'ordered'),
    ]


def _pan(rng: np.random.Generator, arena: Arena) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi)
    speed = rng.uniform(0.0, 0.004) * min(arena.height, arena.width)
    steps = np.arange(arena.num_frames) - (arena.num_frames - 1) / 2
    return np.outer(steps * speed, (np.cos(angle), np.sin(angle)))


def _play_backwards(scene: Scene) -> None:
    for item in scene.objects:
        item.path = item.path.reversed()
        item.motion = reversed_motion(item.motion)
    scene.background = scene.background[::-1]
    if scene.relation is not None:
        scene.relation = scene.relation.reversed()


def _shuffled(rng: np.random.Generator, scene: Scene) -> Scene:
    """Hides the order of construction; fillers lie below all others."""
    order = rng.permutation(len(scene.objects))
    place_of = {int(old): new for new, old in enumerate(order)}
    scene.objects = [scene.objects[old] for old in order]
    if scene.relation is not None:
        scene.relation = scene.relation.renumbered(place_of)
    back = scene.members('filler')
    front = [index for index in range(len(order)) if index not in back]
    scene.depth = [int(index) for index in (*rng.permutation(back), *rng.permutation(front))]
    return scene

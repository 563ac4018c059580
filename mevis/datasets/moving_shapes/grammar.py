"""Sentences about a scene."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.looks import COLOURS, SHAPES, describe
from mevis.datasets.moving_shapes.motions import about
from mevis.datasets.moving_shapes.phrases import (
    EVERYTHING,
    MOTION_PHRASES,
    RELATION_PHRASES,
    TURN_PHRASES,
)
from mevis.datasets.moving_shapes.scene import Scene

KINDS = ('static', 'motion', 'order', 'mixed', 'relational', 'multi')
"""Kinds of sentence; every one carries exactly one of them (or 'no-target') as a tag."""

_SHARES = {
    'static': 1.0, 'motion': 1.4, 'order': 2.0, 'mixed': 1.0, 'relational': 2.4, 'multi': 0.8,
}  # fmt: skip
"""Not every scene can have every kind; these make the kinds about equally frequent."""


@dataclass(frozen=True)
class Sentence:
    """A sentence with its ground truth.

    Attributes:
        text: The words.
        targets: Indices of the objects that it means.
        tags: Its kind, and 'motion-only', 'about:...' where they hold.
    """

    text: str
    targets: tuple[int, ...]
    tags: tuple[str, ...]


Meaning = Callable[[np.random.Generator], Sentence]


def compose_sentences(
    rng: np.random.Generator,
    scene: Scene,
    visible: Sequence[float] | None = None,
    kinds: Sequence[str] = KINDS,
    count: tuple[int, int] = (6, 8),
    no_target: float = 0.0,
) -> list[Sentence]:
    """Different sentences about a scene, balanced over the kinds that it offers.

    Args:
        rng: Where chance comes from.
        scene: The scene.
        visible: Per object, the mean share of it that can be seen; hidden fillers get no sentence.
        kinds: Kinds that are wanted.
        count: Fewest and most sentences; fewer if the scene does not offer as many.
        no_target: Share of sentences without a target in the video.
    """
    offered = {
        kind: meanings
        for kind, meanings in _meanings(scene, visible or [1.0] * len(scene.objects)).items()
        if kind in kinds and meanings
    }
    if not offered:
        return []
    names = list(offered)
    shares = np.array([_SHARES[name] for name in names])
    wanted = int(rng.integers(count[0], count[1] + 1))
    sentences: dict[str, Sentence] = {}
    for _ in range(8 * wanted):
        if no_target and rng.random() < no_target:
            sentence = _about_nothing(rng, scene)
        else:
            meanings = offered[names[rng.choice(len(names), p=shares / shares.sum())]]
            sentence = meanings[rng.integers(len(meanings))](rng)
        sentences.setdefault(sentence.text, sentence)
        if len(sentences) == wanted:
            break
    return list(sentences.values())


def _meanings(scene: Scene, visible: Sequence[float]) -> dict[str, list[Meaning]]:
    return {
        'static': _static(scene, visible),
        'motion': [_motion(scene, i, 'motion') for i in _roaming_targets(scene)],
        'order': [_motion(scene, i, 'order') for i in scene.members('ordered')],
        'mixed': [
            _mixed(scene, i)
            for i in (*scene.members('roaming'), *scene.members('ordered'))
            if scene.objects[i].motion != 'move' or _beside(scene, i) == 'rest'
        ],
        'relational': [_relational(scene)] if scene.relation else [],
        'multi': _multi(scene),
    }


def _beside(scene: Scene, index: int) -> str:
    return scene.objects[scene.look_alikes(index)[0]].motion


def _roaming_targets(scene: Scene) -> list[int]:
    """Members of the roaming pair whose motion nothing else in the scene shares."""
    targets = []
    for index in scene.members('roaming'):
        motion = scene.objects[index].motion
        alone = {
            'rest': scene.others == 'move',
            'move': scene.others == 'rest' and _beside(scene, index) == 'rest',
            'slow': scene.others == 'rest',
            'steady': scene.others == 'rest',
        }
        if alone.get(motion, True):
            targets.append(index)
    return targets


def _static(scene: Scene, visible: Sequence[float]) -> list[Meaning]:
    def meaning(index: int) -> Meaning:
        def say(rng: np.random.Generator) -> Sentence:
            return Sentence(f'the {_named(rng, scene, index)}', (index,), ('static',))

        return say

    alone = [i for i in range(len(scene.objects)) if not scene.look_alikes(i)]
    return [meaning(i) for i in alone if visible[i] >= 0.4]


def _motion(scene: Scene, index: int, kind: str) -> Meaning:
    motion = scene.objects[index].motion

    def say(rng: np.random.Generator) -> Sentence:
        noun = _pick(rng, ('object', 'thing', 'shape', 'one'))
        text = f'the {noun} {phrase(rng, motion)}'
        return Sentence(text, (index,), (kind, 'motion-only', f'about:{about(motion)}'))

    return say


def _mixed(scene: Scene, index: int) -> Meaning:
    motion = scene.objects[index].motion

    def say(rng: np.random.Generator) -> Sentence:
        text = f'the {_named(rng, scene, index)} {phrase(rng, motion)}'
        return Sentence(text, (index,), ('mixed', f'about:{about(motion)}'))

    return say


def _relational(scene: Scene) -> Meaning:
    relation = scene.relation
    assert relation is not None

    def say(rng: np.random.Generator) -> Sentence:
        words = _pick(rng, RELATION_PHRASES[relation.name])
        other = 'a ' if scene.look_alikes(relation.target) else 'the '
        text = (
            f'the {_named(rng, scene, relation.subject)} {words} '
            f'{other}{_named(rng, scene, relation.target)}'
        )
        return Sentence(text, (relation.subject,), ('relational', f'about:{relation.name}'))

    return say


def _multi(scene: Scene) -> list[Meaning]:
    def twins(index: int) -> Meaning:
        def say(rng: np.random.Generator) -> Sentence:
            start = _pick(rng, ('both', 'the two', 'both of the'))
            targets = tuple(sorted((index, *scene.look_alikes(index))))
            return Sentence(f'{start} {_named(rng, scene, index, True)}', targets, ('multi',))

        return say

    def all_that(motion: str, targets: tuple[int, ...]) -> Meaning:
        def say(rng: np.random.Generator) -> Sentence:
            return Sentence(_pick(rng, EVERYTHING[motion]), targets, ('multi', 'about:rest'))

        return say

    paired = [i for i in range(len(scene.objects)) if scene.look_alikes(i)]
    meanings = [twins(i) for i in paired if i < scene.look_alikes(i)[0]]
    resting = tuple(i for i, item in enumerate(scene.objects) if item.motion == 'rest')
    moving = tuple(i for i in range(len(scene.objects)) if i not in resting)
    for motion, targets in (('rest', resting), ('move', moving)):
        if 2 <= len(targets) < len(scene.objects):
            meanings.append(all_that(motion, targets))
    return meanings


def _about_nothing(rng: np.random.Generator, scene: Scene) -> Sentence:
    there = {(item.look.colour, item.look.shape) for item in scene.objects}
    while True:
        colour, shape = _pick(rng, tuple(COLOURS)), _pick(rng, SHAPES)
        if (colour, shape) not in there:
            break
    words = f' {phrase(rng, _pick(rng, tuple(MOTION_PHRASES)))}' if rng.random() < 0.5 else ''
    return Sentence(f'the {colour} {shape}{words}', (), ('no-target',))


def phrase(rng: np.random.Generator, motion: str) -> str:
    """One of the ways to say a motion."""
    if motion.startswith('first '):
        _, first, _, second = motion.split()
        return _pick(rng, TURN_PHRASES).format(first=first, second=second)
    return _pick(rng, MOTION_PHRASES[motion])


def _named(rng: np.random.Generator, scene: Scene, index: int, plural: bool = False) -> str:
    look = scene.objects[index].look
    others = [item.look for item in scene.objects if item.look != look]
    return describe(rng, look, others, plural)


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[rng.integers(len(options))]

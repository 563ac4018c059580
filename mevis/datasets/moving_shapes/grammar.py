"""What can be said of a scene.

Tags of a sentence: one kind, ``static``, ``motion`` (the order of frames does not matter),
``order`` (it does), ``mixed`` or ``relational``; ``multi`` where several shapes are meant;
``motion-only`` where no appearance is named and each shape that is meant has a look-alike that is
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.looks import Look
from mevis.datasets.moving_shapes.motions import truth
from mevis.datasets.moving_shapes.scene import Scene

_ORDER = ('goes', 'grows', 'shrinks', 'enters', 'leaves', 'clockwise', 'anticlockwise')
_ORDER += ('stops', 'starts', 'turns')
_SINGULAR = ('thing', 'shape', 'object')

# Phrases after "the thing" / "the things".  "{d}" is a direction.
_PHRASES = {
    'moves': (('that moves', 'in motion', 'that is moving'), ('that move', 'that are moving')),
    'rests': (
        ('that stays still', 'that does not move', 'at rest'),
        ('that stay still', 'that do not move'),
    ),
    'fast': (('moving fast', 'that moves quickly'), ('moving fast', 'that move quickly')),
    'slow': (('moving slowly', 'that moves slowly'), ('moving slowly', 'that move slowly')),
    'zigzags': (('moving in a zigzag', 'that zigzags'), ('moving in a zigzag', 'that zigzag')),
    'straight': (
        ('moving in a straight line', 'that moves straight on'),
        ('moving in a straight line', 'that move straight on'),
    ),
    'circles': (('going in circles', 'that moves in a circle'), ('going in circles',)),
    'returns': (
        ('that goes back and forth', 'going there and back'),
        ('that go back and forth', 'going there and back'),
    ),
    'resizes': (('that changes its size',), ('that change their size',)),
    'grows': (('that grows', 'getting bigger'), ('that grow', 'getting bigger')),
    'shrinks': (('that shrinks', 'getting smaller'), ('that shrink', 'getting smaller')),
    'enters': (
        ('that enters the picture', 'coming into view'),
        ('that enter the picture', 'coming into view'),
    ),
    'leaves': (
        ('that leaves the picture', 'going out of view'),
        ('that leave the picture', 'going out of view'),
    ),
    'clockwise': (('circling clockwise',), ('circling clockwise',)),
    'anticlockwise': (('circling counterclockwise',), ('circling counterclockwise',)),
    'stops': (
        ('that first moves and then stops', 'that comes to rest'),
        ('that first move and then stop', 'that come to rest'),
    ),
    'starts': (
        ('that first rests and then moves', 'that starts to move later'),
        ('that first rest and then move', 'that start to move later'),
    ),
    'goes': (
        ('moving {d}', 'going {d}', 'that moves {d}', 'heading {d}'),
        ('moving {d}', 'going {d}', 'that move {d}', 'heading {d}'),
    ),
    'turns': (
        ('that first goes {d} and then {e}', 'moving {d} first, then {e}'),
        ('that first go {d} and then {e}', 'moving {d} first, then {e}'),
    ),
}
_SIDEWAYS = {'left': ('left', 'to the left'), 'right': ('right', 'to the right')}
_RELATIONS = {
    'follows': ('following', 'that follows', 'moving behind'),
    'overtakes': ('overtaking', 'that overtakes'),
    'approaches': ('moving towards', 'approaching', 'that comes closer to'),
    'departs': ('moving away from', 'that goes away from'),
}


@dataclass(frozen=True)
class Sentence:
    """One expression.

    Attributes:
        text: What is said.
        targets: Indices of the shapes that it means.
        tags: Kinds of sentence.
    """

    text: str
    targets: tuple[int, ...]
    tags: tuple[str, ...]


def _choice(rng: np.random.Generator, options: Sequence[str]) -> str:
    return str(options[rng.integers(len(options))])


def _direction(rng: np.random.Generator, name: str) -> str:
    return _choice(rng, _SIDEWAYS.get(name, (name, f'{name}wards')))


def _phrase(rng: np.random.Generator, predicate: str, plural: bool) -> str:
    name, _, rest = predicate.partition(':')
    text = _choice(rng, _PHRASES[name][plural])
    directions = [_direction(rng, part) for part in rest.split(',')] if rest else []
    return text.format(**dict(zip('de', directions, strict=False)))


def _noun(rng: np.random.Generator, look: Look | None, plural: bool) -> str:
    if look is None:
        return _choice(rng, _SINGULAR) + ('s' if plural else '')
    words = [look.colour, look.shape]
    if look.texture != 'plain' and rng.random() < 0.4:
        words.insert(0, look.texture)
    ending = 'es' if look.shape == 'cross' else 's'
    return ' '.join(words) + (ending if plural else '')


def _holding(scene: Scene, predicate: str, look: Look | None = None) -> tuple[int, ...] | None:
    """Shapes of which a predicate is true; None where of any it is unclear."""
    shapes = [
        (index, truth(shape.motion, predicate))
        for index, shape in enumerate(scene.shapes)
        if look is None or shape.look == look
    ]
    if any(holds is None for _, holds in shapes):
        return None
    return tuple(index for index, holds in shapes if holds)


def _has_double(scene: Scene, index: int, targets: tuple[int, ...]) -> bool:
    look = scene.shapes[index].look
    return any(s.look == look for i, s in enumerate(scene.shapes) if i not in targets)


def _of_motion(
    rng: np.random.Generator, scene: Scene, predicate: str, look: Look | None
) -> Sentence | None:
    targets = _holding(scene, predicate, look)
    if not targets:
        return None
    plural = len(targets) > 1
    kind = 'order' if predicate.partition(':')[0] in _ORDER else 'motion'
    tags = [kind] if look is None else ['mixed', f'mixed-{kind}']
    if plural:
        tags.append('multi')
    if look is None and all(_has_double(scene, index, targets) for index in targets):
        tags.append('motion-only')
    text = f'the {_noun(rng, look, plural)} {_phrase(rng, predicate, plural)}'
    return Sentence(text, targets, tuple(tags))


def _static(rng: np.random.Generator, scene: Scene, look: Look) -> Sentence:
    targets = tuple(i for i, shape in enumerate(scene.shapes) if shape.look == look)
    plural = len(targets) > 1
    noun = _noun(rng, look, plural)
    count = 'two ' if len(targets) == 2 and rng.random() < 0.5 else ''
    return Sentence(f'the {count}{noun}', targets, ('static', 'multi') if plural else ('static',))


def _relational(rng: np.random.Generator, scene: Scene) -> list[Sentence]:
    sentences = []
    for relation in scene.relations:
        subject, target = scene.shapes[relation.subject], scene.shapes[relation.target]
        look = subject.look if rng.random() < 0.4 else None
        verb = _choice(rng, _RELATIONS[relation.name])
        text = f'the {_noun(rng, look, False)} {verb} the {_noun(rng, target.look, False)}'
        sentences.append(Sentence(text, (relation.subject,), ('relational',)))
    return sentences


def describe(
    scene: Scene, rng: np.random.Generator, count: int, kinds: Sequence[str] | None = None
) -> list[Sentence]:
    """Says things about a scene.

    Args:
        scene: The scene.
        rng: Source of randomness.
        count: Sentences at most; each text is said once.
        kinds: Tags to keep, such as ``('static',)``; all if None.
    """
    groups = _sentences_by_group(scene, rng)
    chosen: dict[str, Sentence] = {}
    # In turn from each group, so that kinds stay balanced.
    while groups and len(chosen) < count:
        for group in list(groups):
            if not group:
                groups.remove(group)
                continue
            sentence = group.pop()
            if kinds is None or set(kinds) & set(sentence.tags):
                chosen.setdefault(sentence.text, sentence)
    return list(chosen.values())[:count]


def _sentences_by_group(scene: Scene, rng: np.random.Generator) -> list[list[Sentence]]:
    alone, named, others = [], [], []
    for first, _, pair in scene.pairs:
        look = scene.shapes[first].look
        for predicate in pair.predicates:
            alone.append(_of_motion(rng, scene, predicate, None))
            named.append(_of_motion(rng, scene, predicate, look))
    told = {predicate for *_, pair in scene.pairs for predicate in pair.predicates}
    for predicate in ('moves', 'rests', 'circles', 'resizes', 'goes:left', 'goes:right'):
        sentence = _of_motion(rng, scene, predicate, None)
        if predicate not in told and sentence and 'multi' in sentence.tags:
            others.append(sentence)
    looks = sorted({shape.look for shape in scene.shapes})
    static = [_static(rng, scene, look) for look in looks]
    groups = [alone, named, static, _relational(rng, scene), others]
    kept = [[sentence for sentence in group if sentence] for group in groups]
    for group in kept:
        rng.shuffle(group)
    return kept

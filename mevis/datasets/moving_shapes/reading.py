"""What a sentence asks for, read from its words alone: the grammar backwards."""

import re
from dataclasses import dataclass

from mevis.datasets.moving_shapes.looks import COLOURS, SHAPES, SIZES, TEXTURES
from mevis.datasets.moving_shapes.phrases import (
    EVERYTHING,
    MOTION_PHRASES,
    RELATION_PHRASES,
    TURN_PHRASES,
)

_ATTRIBUTES = {*COLOURS, *SHAPES, *TEXTURES, *SIZES}
_ANYTHING = {'object', 'thing', 'shape', 'one', 'objects', 'things', 'shapes'}
_PLURALS = {(f'{shape}es' if shape.endswith('s') else f'{shape}s'): shape for shape in SHAPES}


@dataclass(frozen=True)
class Question:
    """What to look for.

    Attributes:
        look: Words that the appearance must have; none of them: any appearance.
        motion: A motion, 'follow' or 'overtake'; None where only the appearance counts.
        other: Words for the appearance of whom it follows or overtakes.
        several: Whether all objects that fit are meant, or the one that does.
    """

    look: frozenset[str]
    motion: str | None = None
    other: frozenset[str] = frozenset()
    several: bool = False


def read_sentence(text: str) -> Question:
    """Reads a sentence of :mod:`grammar <mevis.datasets.moving_shapes.grammar>`.

    Raises:
        ValueError: If it is not one.
    """
    for motion, sentences in EVERYTHING.items():
        if text in sentences:
            return Question(frozenset(), motion, several=True)
    for relation, phrases in RELATION_PHRASES.items():
        for words in phrases:
            match = re.fullmatch(rf'the (.+) {words} (?:a|the) (.+)', text)
            if match:
                return Question(_look(match[1]), relation, _look(match[2]))
    for pattern in TURN_PHRASES:
        turn = pattern.format(first=r'(?P<first>\w+)', second=r'(?P<second>\w+)')
        match = re.fullmatch(f'the (?P<look>.+?) {turn}', text)
        if match:
            motion = f'first {match["first"]} then {match["second"]}'
            return Question(_look(match['look']), motion)
    return _look_and_motion(text)


def _look_and_motion(text: str) -> Question:
    phrases = sorted(
        ((phrase, motion) for motion, options in MOTION_PHRASES.items() for phrase in options),
        key=lambda pair: -len(pair[0]),
    )
    for phrase, motion in phrases:
        match = re.fullmatch(f'the (.+) {phrase}', text)
        if match:
            return Question(_look(match[1]), motion)
    match = re.fullmatch('(?:both of the|both|the two) (.+)', text)
    if match:
        return Question(_look(match[1]), several=True)
    match = re.fullmatch('the (.+)', text)
    if match:
        return Question(_look(match[1]))
    raise ValueError(f'not a sentence of MovingShapes: {text!r}')


def _look(description: str) -> frozenset[str]:
    *adjectives, noun = description.split()
    words = {*adjectives} if noun in _ANYTHING else {*adjectives, _PLURALS.get(noun, noun)}
    unknown = words - _ATTRIBUTES
    if unknown:
        raise ValueError(f'not words for an appearance: {", ".join(sorted(unknown))}')
    return frozenset(words)

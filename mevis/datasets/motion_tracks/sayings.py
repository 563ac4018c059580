"""How people say motions: the words of MovingShapes, and those for people, animals and vehicles.

A saying is a part of a sentence after its noun: "the man" + "who walks to the left".
"""

from collections.abc import Sequence

import numpy as np

from mevis.datasets.moving_shapes.phrases import MOTION_PHRASES, TURN_PHRASES
from mevis.datasets.transforms.expression import swap_left_right

NOUNS = {
    'object': 'objects', 'thing': 'things', 'shape': 'shapes', 'one': 'ones', 'person': 'people',
    'man': 'men', 'woman': 'women', 'child': 'children', 'boy': 'boys', 'girl': 'girls',
    'guy': 'guys', 'kid': 'kids', 'pedestrian': 'pedestrians', 'player': 'players',
    'figure': 'figures', 'animal': 'animals', 'dog': 'dogs', 'cat': 'cats', 'bird': 'birds',
    'horse': 'horses', 'car': 'cars', 'vehicle': 'vehicles', 'truck': 'trucks', 'bus': 'buses',
    'bike': 'bikes', 'bicycle': 'bicycles', 'cyclist': 'cyclists', 'boat': 'boats', 'ball': 'balls',
}  # fmt: skip
"""Singular -> plural; none of them can be told apart by a trajectory."""

_VERBS = {
    'moves': 'moving', 'walks': 'walking', 'goes': 'going', 'runs': 'running', 'heads': 'heading',
    'travels': 'travelling', 'drives': 'driving', 'rides': 'riding', 'comes': 'coming',
    'swims': 'swimming', 'flies': 'flying', 'steps': 'stepping', 'strolls': 'strolling',
}  # fmt: skip
_PLURAL = {
    'moves': 'move', 'walks': 'walk', 'goes': 'go', 'runs': 'run', 'heads': 'head',
    'travels': 'travel', 'drives': 'drive', 'rides': 'ride', 'comes': 'come', 'swims': 'swim',
    'flies': 'fly', 'steps': 'step', 'strolls': 'stroll', 'is': 'are', 'does': 'do',
    'stays': 'stay', 'stands': 'stand', 'remains': 'remain', 'sits': 'sit', 'waits': 'wait',
    'rests': 'rest', 'stops': 'stop', 'turns': 'turn', 'starts': 'start', 'gets': 'get',
    'leaves': 'leave', 'enters': 'enter', 'grows': 'grow', 'shrinks': 'shrink', 'has': 'have',
    'approaches': 'approach', 'becomes': 'become', 'changes': 'change', 'keeps': 'keep',
    'pauses': 'pause', 'slows': 'slow', 'speeds': 'speed', 'climbs': 'climb', 'rises': 'rise',
    'sinks': 'sink', 'falls': 'fall', 'disappears': 'disappear', 'appears': 'appear',
    'zigzags': 'zigzag', 'orbits': 'orbit', 'circles': 'circle', 'swings': 'swing',
    'never': 'never', 'halts': 'halt', 'continues': 'continue', 'accelerates': 'accelerate',
    'sets': 'set', 'hurries': 'hurry', 'returns': 'return',
}  # fmt: skip
_LEFT = (
    'left', 'to the left', 'to the left side', 'towards the left', 'toward the left', 'leftwards',
    'leftward', 'from right to left', 'from the right to the left', 'to left',
)  # fmt: skip
_WAYS = {
    'left': _LEFT,
    'right': tuple(swap_left_right(way) for way in _LEFT),
    'up': ('up', 'upwards', 'upward', 'to the top', 'towards the top', 'from bottom to top'),
    'down': ('down', 'downwards', 'downward', 'to the bottom', 'from top to bottom'),
}
_MORE = {
    'rest': (
        'who stands still', 'who stands', 'standing', 'standing there', 'that is not moving',
        'not moving', 'that is stationary', 'staying still', 'who stays still', 'who waits',
        'waiting', 'who is waiting', 'that does not walk', 'that is at rest', 'sitting still',
        'who sits still', 'that is parked', 'resting', 'that rests', 'who remains still',
        'that stays in place', 'staying in place', 'that does not go anywhere', 'without motion',
        'who does not move',
    ),
    'move': (
        'who moves', 'moving', 'who is moving', 'walking', 'who walks', 'that is walking',
        'walking around', 'that goes somewhere', 'moving around', 'who is going somewhere',
        'that is not standing still', 'that does not stay still',
    ),
    'fast': (
        'running', 'who runs', 'who is running', 'walking fast', 'who walks fast', 'going fast',
        'moving quickly', 'that is fast', 'driving fast', 'who hurries', 'hurrying',
        'moving at high speed', 'that moves fast', 'that moves faster than the others',
    ),
    'slow': (
        'walking slowly', 'who walks slowly', 'going slowly', 'that is slow', 'driving slowly',
        'moving at low speed', 'strolling slowly', 'that moves slower than the others',
    ),
    'stop-and-go': (
        'who stops and walks on', 'who pauses', 'that stops in between', 'pausing on the way',
        'who stops on the way and goes on',
    ),
    'steady': ('who walks without stopping', 'who never stops', 'that does not stop'),
    'grow': (
        'coming closer', 'that comes closer', 'approaching', 'who approaches the camera',
        'walking towards the camera', 'coming towards the camera', 'coming towards us',
        'that gets bigger', 'getting bigger', 'who walks towards us', 'that gets larger',
    ),
    'shrink': (
        'going away', 'walking away', 'who walks away', 'moving away from the camera',
        'who walks away from the camera', 'that gets smaller', 'going away from us',
        'moving away', 'that goes away',
    ),
    'leave': (
        'leaving', 'who leaves', 'who leaves the frame', 'leaving the frame', 'going out of view',
        'who walks out of the picture', 'leaving the view', 'that leaves the scene',
        'walking out of the frame', 'that goes out of the picture',
    ),
    'enter': (
        'entering', 'who enters', 'who enters the frame', 'entering the frame', 'coming into view',
        'who walks into the picture', 'entering the view', 'that enters the scene',
        'walking into the frame', 'that comes into the picture',
    ),
    'rest-then-move': (
        'who starts to walk', 'who starts walking', 'starting to move', 'that starts moving',
        'who stands at first and then walks', 'who first stands still and then walks',
        'who begins to walk', 'that begins to move', 'who waits and then goes',
    ),
    'move-then-rest': (
        'who stops', 'who stops walking', 'that stops moving', 'coming to a halt',
        'who walks and then stops', 'who walks at first and then stands still',
        'that moves and then stops', 'stopping',
    ),
    'speed-up': ('who gets faster', 'speeding up', 'who walks faster and faster'),
    'slow-down': ('who gets slower', 'slowing down', 'who walks slower and slower'),
    'turn-around': (
        'that turns around', 'turning around', 'that comes back', 'coming back', 'that goes back',
        'who walks back', 'that turns back', 'who returns', 'that changes its direction',
        'who turns around and goes back', 'that reverses', 'who walks there and back',
    ),
    'zigzag': (), 'back-and-forth': ('who walks back and forth', 'going back and forth'),
    'clockwise': ('who walks in a circle clockwise', 'moving clockwise', 'turning clockwise'),
    'counterclockwise': (
        'who walks in a circle counterclockwise', 'moving counterclockwise',
        'turning counterclockwise',
    ),
}  # fmt: skip
_MORE_TURNS = (
    'who walks {first} and then {second}',
    'walking {first}, then {second}',
    'going {first} first and then {second}',
    'who first walks {first} and then {second}',
    'that turns {second} after going {first}',
    'moving {first} and then {second}',
    'first going {first}, then {second}',
)
MOTIONS = (*MOTION_PHRASES, 'turn-around')
"""Everything that can be said, beside "first <direction> then <direction>"."""

UNKNOWN = '~'
"""Stands for any word that is in no list."""


def sentence(rng: np.random.Generator, motion: str, noise: float = 0.3) -> str:
    """One of the ways to ask for the tracks that do something.

    Args:
        rng: Where chance comes from.
        motion: One of ``MOTIONS``, or "first <direction> then <direction>".
        noise: How often words that no trajectory tells of are added.
    """
    nouns = tuple(NOUNS)
    generic = nouns[:5] if rng.random() < 0.5 else nouns
    noun = _pick(rng, generic)
    words = saying(rng, motion)
    if rng.random() < 0.15:
        start = _pick(rng, ('the', 'all', 'all the', 'both', 'the two', 'the three', 'all of the'))
        start, noun, words = start, NOUNS[noun], _plural(words)
    else:
        start = _pick(rng, ('the', 'the', 'the', 'a', 'this', ''))
    if rng.random() < 0.04:
        start, noun = '', _pick(rng, ('everything', 'everybody', 'everyone', 'somebody', 'anyone'))
    if rng.random() < noise:
        noun = _pick(
            rng,
            (f'{UNKNOWN} {noun}', UNKNOWN, f'{UNKNOWN} {UNKNOWN}', f'{noun} in the {UNKNOWN}',
             f'{noun} with a {UNKNOWN}', f'{noun} in {UNKNOWN} {UNKNOWN}', f'{noun} {UNKNOWN}'),
        )  # fmt: skip
    if rng.random() < 0.3 * noise:
        words = _pick(rng, (f'{words} {UNKNOWN}', f'{words} on the {UNKNOWN}'))
    if rng.random() < 0.05:
        return f'{words}'  # "walking to the left", without any noun
    return ' '.join(f'{start} {noun} {words}'.split())


def saying(rng: np.random.Generator, motion: str) -> str:
    """One of the ways to say a motion, for one track."""
    if motion.startswith('first '):
        _, first, _, second = motion.split()
        pattern = _pick(rng, (*TURN_PHRASES, *_MORE_TURNS))
        long = rng.random() < 0.5
        one, two = (f'to the {way}' if long and way in ('left', 'right') else way
                    for way in (first, second))  # fmt: skip
        return pattern.format(first=one, second=two)
    options = (*MOTION_PHRASES.get(motion, ()), *_MORE.get(motion, ()))
    if motion in _WAYS and rng.random() < 0.7:
        verb = _pick(rng, tuple(_VERBS))
        way = _pick(rng, _WAYS[motion])
        return _pick(
            rng,
            (f'{_VERBS[verb]} {way}', f'{_VERBS[verb]} {way}', f'that {verb} {way}',
             f'who {verb} {way}', f'that is {_VERBS[verb]} {way}', f'who is {_VERBS[verb]} {way}',
             f'which {verb} {way}'),
        )  # fmt: skip
    return _pick(rng, options)


def vocabulary() -> list[str]:
    """Every word that a sentence can have, sorted."""
    from mevis.datasets.moving_shapes.phrases import EVERYTHING

    texts = [*NOUNS, *NOUNS.values(), *_VERBS, *_VERBS.values(), *_PLURAL, *_PLURAL.values()]
    for table in (_WAYS, MOTION_PHRASES, _MORE, EVERYTHING):
        texts += [text for options in table.values() for text in options]
    texts += [text.format(first='left', second='right') for text in (*TURN_PHRASES, *_MORE_TURNS)]
    texts += ['the a this all both two three of everything everybody everyone somebody anyone']
    texts += ['that who which is in with on']
    signs = str.maketrans('', '', ',')
    return sorted({word for text in texts for word in text.translate(signs).split()} | {','})


def _plural(words: str) -> str:
    return ' '.join(_PLURAL.get(word, word) for word in words.split())


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[rng.integers(len(options))]

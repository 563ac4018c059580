"""Words mean one thing each, and mirrored words mean the mirrored motion."""

from collections import Counter

from mevis.datasets.moving_shapes.motions import ORDERED_BY_NAME
from mevis.datasets.moving_shapes.paths import DIRECTIONS
from mevis.datasets.moving_shapes.phrases import (
    EVERYTHING,
    MOTION_PHRASES,
    RELATION_PHRASES,
    TURN_PHRASES,
)
from mevis.datasets.transforms.expression import swap_left_right

MIRRORED = {
    'left': 'right',
    'right': 'left',
    'clockwise': 'counterclockwise',
    'counterclockwise': 'clockwise',
}


def test_no_phrase_means_two_things():
    tables = (MOTION_PHRASES, RELATION_PHRASES, EVERYTHING)
    counts = Counter(phrase for table in tables for options in table.values() for phrase in options)
    assert max(counts.values()) == 1
    assert len(counts) > 60


def test_mirrored_phrases_are_those_of_the_mirrored_motion():
    for motion, phrases in MOTION_PHRASES.items():
        expected = MOTION_PHRASES[MIRRORED.get(motion, motion)]
        assert [swap_left_right(phrase) for phrase in phrases] == list(expected)


def test_turns_name_both_directions_in_their_order():
    turns = [motion.split()[1::2] for motion in ORDERED_BY_NAME['turn'].motions]
    assert len(turns) == 8
    for first, second in turns:
        assert {first, second} <= set(DIRECTIONS)
        for pattern in TURN_PHRASES:
            text = pattern.format(first=first, second=second)
            # 'after' and nothing else puts the second one before the first one.
            assert (text.index(first) < text.index(second)) == (' after ' not in text)

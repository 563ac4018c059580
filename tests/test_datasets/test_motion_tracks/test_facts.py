import numpy as np
import pytest

from mevis.datasets.motion_tracks.facts import NO, OPEN, YES, TruePath, compare, facts_of
from mevis.datasets.moving_shapes.paths import Arena, ordered_path, roaming_offsets

TIME = np.linspace(0, 1, 24)


def path(centres, sizes=None, **more):
    return TruePath(
        np.asarray(centres, float),
        np.full(len(centres), 20.0) if sizes is None else sizes,
        20.0,
        **more,
    )


def straight(x, y=0.0):
    return path(np.outer(TIME, (x, y)))


@pytest.mark.parametrize(
    ('way', 'yes'),
    [((-60, 0), 'left'), ((60, 10), 'right'), ((0, -40), 'up'), ((3, 40), 'down')],
)
def test_a_straight_way_is_one_direction_and_not_the_others(way, yes):
    facts = facts_of(straight(*way))
    ways = {name: facts[name] for name in ('left', 'right', 'up', 'down')}
    assert [name for name, fact in ways.items() if fact == YES] == [yes]
    assert OPEN not in ways.values()
    assert facts['move'] == YES
    assert facts['rest'] == NO
    assert facts['steady'] == YES


def test_a_diagonal_is_both_and_a_slanted_way_leaves_one_open():
    assert facts_of(straight(-40, -40))['left'] == facts_of(straight(-40, -40))['up'] == YES
    assert facts_of(straight(-60, -30))['up'] == OPEN


def test_who_stays_does_nothing_else():
    facts = facts_of(straight(0))
    assert [name for name, fact in facts.items() if fact == YES] == ['rest']


ORDERED = (
    'left', 'right', 'up', 'down', 'clockwise', 'grow', 'rest-then-move', 'speed-up',
    'first left then up', 'first down then right',
)  # fmt: skip


@pytest.mark.parametrize('motion', ORDERED)
def test_the_paths_of_moving_shapes_are_what_they_are_called(motion):
    rng = np.random.default_rng(0)
    for _ in range(20):
        one = ordered_path(rng, Arena(128, 192, 24), motion, 'x', 30.0)
        facts = facts_of(TruePath(one.centres, 30 * one.scale, 19.2))
        assert facts[motion] == YES
        back = facts_of(TruePath(one.centres[::-1], 30 * one.scale[::-1], 19.2))
        assert back[motion] == NO


@pytest.mark.parametrize('motion', ['stop-and-go', 'zigzag', 'back-and-forth'])
def test_so_are_those_that_need_no_order(motion):
    rng = np.random.default_rng(0)
    for _ in range(20):
        offsets = roaming_offsets(rng, Arena(128, 192, 24), motion, 'x', 60.0, 20.0)
        assert facts_of(path(offsets))[motion] == YES
        assert facts_of(straight(60))[motion] == NO


def test_who_turns_around_goes_one_way_and_then_the_other():
    there = np.concatenate([TIME[::2], TIME[::-2]]) * 60
    facts = facts_of(path(np.outer(there, (-1, 0))))
    assert facts['turn-around'] == facts['first left then right'] == YES
    assert facts['first right then left'] == NO
    assert facts_of(straight(60))['turn-around'] == NO


@pytest.mark.parametrize(('ends', 'fact'), [('border', YES), ('end', NO), ('middle', OPEN)])
def test_only_who_ends_at_the_border_leaves(ends, fact):
    assert facts_of(path(np.outer(TIME, (60, 0)), ends=ends))['leave'] == fact


def test_fast_and_slow_are_about_the_others():
    crowd = [straight(60), straight(-70), straight(200), straight(0)]
    facts = compare(crowd)
    assert [one['fast'] for one in facts] == [NO, NO, YES, NO]
    assert [one['slow'] for one in facts] == [YES, YES, NO, NO]
    assert compare(crowd[:2]) == [{}, {}]


def test_of_a_moment_nothing_is_said():
    assert facts_of(path(np.zeros((3, 2)))) == {}

"""Who follows or overtakes whom."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes.looks import Look
from mevis.datasets.moving_shapes.paths import Arena
from mevis.datasets.moving_shapes.relations import Relation, build_relation

RED = Look('red', 'circle', 'plain', 'small', 30.0)
BLUE = Look('blue', 'square', 'plain', 'small', 30.0)


def build(seed: int, name: str, axis: str = 'x'):
    arena = Arena(128, 192, 24)
    return build_relation(np.random.default_rng(seed), arena, name, axis, RED, BLUE, 4)


@pytest.mark.parametrize('axis', ['x', 'y'])
def test_the_follower_goes_where_the_leader_went(axis):
    for seed in range(20):
        (subject, leader, _), relation = build(seed, 'follow', axis)
        assert relation == Relation('follow', 4, 5)
        steps = np.diff(leader[1].centres, axis=0)
        gap = leader[1].centres - subject[1].centres
        along = steps[0] / np.linalg.norm(steps[0])
        assert (gap @ along > RED.diameter).all()
        assert np.abs(gap - np.outer(gap @ along, along)).max() < 1e-9


@pytest.mark.parametrize('axis', ['x', 'y'])
def test_who_overtakes_begins_behind_and_ends_ahead_and_so_backwards(axis):
    for seed in range(20):
        (subject, other, alone), _ = build(seed, 'overtake', axis)
        for turn in (1, -1):
            mine, theirs = subject[1].centres[::turn], other[1].centres[::turn]
            way = theirs[-1] - theirs[0]
            assert (mine[0] - theirs[0]) @ way < 0 < (mine[-1] - theirs[-1]) @ way
        # The look-alike keeps the pace of the one that is overtaken.
        np.testing.assert_allclose(
            np.diff(alone[1].centres, axis=0), np.diff(other[1].centres, axis=0), atol=1e-9
        )


def test_one_look_alike_of_the_subject_or_of_the_leader():
    counted = []
    for seed in range(200):
        (subject, target, alone), _ = build(seed, 'follow')
        assert subject[0] != target[0]
        counted.append(alone[0] == subject[0])
        assert alone[0] in (subject[0], target[0])
    assert 70 < sum(counted) < 130
    for seed in range(20):
        (subject, _, alone), _ = build(seed, 'overtake')
        assert alone[0] == subject[0]


def test_backwards_the_leader_follows():
    assert Relation('follow', 1, 2).reversed() == Relation('follow', 2, 1)
    assert Relation('overtake', 1, 2).reversed() == Relation('overtake', 1, 2)
    assert Relation('follow', 1, 2).renumbered({1: 7, 2: 8}) == Relation('follow', 7, 8)

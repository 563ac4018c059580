"""Appearances, and descriptions that fit one of them."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes.looks import SIZES, Look, describe, draw_looks

RED = Look('red', 'circle', 'plain', 'small', 20.0)


def test_colour_and_shape_tell_all_looks_apart():
    for seed in range(200):
        looks = draw_looks(np.random.default_rng(seed), [None] * 6, 100)
        assert len({(look.colour, look.shape) for look in looks}) == 6


def test_sizes_are_kept():
    wanted = ['small', 'large', None, 'small']
    looks = draw_looks(np.random.default_rng(0), wanted, 100)
    assert [look.size for look, size in zip(looks, wanted, strict=True) if size] == [
        'small',
        'large',
        'small',
    ]
    for look in looks:
        low, high = SIZES[look.size]
        assert 100 * low <= look.diameter <= 100 * high


def test_half_of_the_looks_share_a_colour_or_a_shape():
    # So that one word alone often does not say which object is meant.
    shared = []
    for seed in range(300):
        first, second = draw_looks(np.random.default_rng(seed), [None, None], 100)
        shared.append(first.colour == second.colour or first.shape == second.shape)
    assert 0.5 < np.mean(shared) < 0.75


@pytest.mark.parametrize('seed', range(5))
def test_a_description_fits_its_look_alone(seed):
    rng = np.random.default_rng(seed)
    looks = draw_looks(rng, [None] * 5, 100)
    for look in looks:
        others = [other for other in looks if other is not look]
        for _ in range(30):
            *adjectives, noun = describe(rng, look, others).split()
            words = {*adjectives, *({noun} - {'object', 'thing', 'shape'})}
            fitting = [
                other
                for other in looks
                if words <= {other.colour, other.shape, other.texture, other.size}
            ]
            assert fitting == [look]


def test_plural():
    rng = np.random.default_rng(0)
    cross = Look('red', 'cross', 'plain', 'small', 20.0)
    nouns = {describe(rng, cross, [], plural=True).split()[-1] for _ in range(60)}
    assert nouns == {'crosses', 'objects', 'things', 'shapes'}
    assert describe(rng, RED, [], plural=True).endswith('s')

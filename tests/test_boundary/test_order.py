"""Frames come in the order of time, whatever they are called."""

import random

import pytest

from mevis.boundary.order import in_time


@pytest.mark.parametrize(
    'names',
    [
        ['0', '1', '2', '9', '10', '11'],
        ['00008', '00009', '00010'],
        ['img_1', 'img_2', 'img_10'],
        ['1700000000.25', '1700000000.5', '1700000000.75', '1700000001.0'],
        ['t0.5', 't0.75', 't1', 't1.25'],
        ['1.8', '1.9', '1.10', '1.11'],
        ['a1b2', 'a1b10', 'a2b1'],
        ['²', '②', '2'],
        ['9' * 200, '1' + '0' * 200],
        ['x', '01', '1', '02'],
        [],
    ],
)
def test_order(names):
    shuffled = random.Random(0).sample(names, len(names))
    assert in_time(shuffled) == names

"""Words of a mirrored clip."""

import pytest

from mevis.datasets.transforms import NormalizeExpression
from mevis.datasets.transforms.expression import swap_left_right
from mevis.structures import Expression


@pytest.mark.parametrize(
    ('text', 'mirrored'),
    [
        ('the left dog', 'the right dog'),
        ('Left, then RIGHT.', 'Right, then LEFT.'),
        ('left-hand side, rightmost bird', 'right-hand side, leftmost bird'),
        ('moving leftwards and rightward', 'moving rightwards and leftward'),
        ('copyright brightness lefty', 'copyright brightness lefty'),
        ('turning clockwise', 'turning counterclockwise'),
        ('Anti-clockwise or counterclockwise', 'Clockwise or clockwise'),
        ('goes up', 'goes up'),
        ('from left to right to left', 'from right to left to right'),
    ],
)
def test_swap(text: str, mirrored: str):
    assert swap_left_right(text) == mirrored


@pytest.mark.parametrize('text', ['Left or right', 'LEFTMOST', 'clockwise, then left', 'no side'])
def test_swapping_twice_changes_nothing(text: str):
    assert swap_left_right(swap_left_right(text)) == text


def test_normalize():
    expression = Expression('4', '  The Dog\tthat  RUNS \n', (3,), ('tag',))
    (normal,) = NormalizeExpression()({'expressions': [expression]})['expressions']
    assert normal == Expression('4', 'the dog that runs', (3,), ('tag',))

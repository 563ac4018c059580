"""YAML gives plain values, or one line."""

import pytest

from mevis.boundary.yaml_text import read_yaml
from mevis.errors import UserError

BOMB = 'a: &a [x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'{one}: &{one} [{", ".join([f"*{other}"] * 9)}]\n'
    for other, one in zip('abcdefgh', 'bcdefghi', strict=True)
)


def test_plain_values_and_anchors():
    text = 'a: &x {b: 1, c: [2.5, yes, null]}\nd: *x\ne: {<<: *x, b: 3}\n'
    node = {'b': 1, 'c': [2.5, True, None]}
    assert read_yaml(text, 'f.yaml') == {'a': node, 'd': node, 'e': {**node, 'b': 3}}


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('a: !!python/object/apply:os.mkdir [x]', 'f.yaml, line 1: .*no Python'),
        ('a: 1\nb: !!python/name:os.system ""', 'f.yaml, line 2: .*no Python'),
        ('a: [1', 'f.yaml, line 2: did not find expected'),
        ('a: 1\nb: 2\na: 3', "f.yaml, line 3: the key 'a' comes twice"),
        (BOMB, 'more than 100000 values'),
        ('a: &a [*a]', 'an anchor refers to itself'),
        ('a: \x00', 'f.yaml'),
        ('a: 2024-13-45', 'f.yaml'),
        ('[' * 100_000, 'f.yaml'),
        ('{[1]: 2}', 'f.yaml'),
    ],
)
def test_what_is_refused_ends_in_one_line(text, message):
    with pytest.raises(UserError, match=message) as caught:
        read_yaml(text, 'f.yaml')
    assert '\n' not in str(caught.value)

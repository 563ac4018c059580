import argparse
import ast
from pathlib import Path

import pytest

from mevis.boundary.arguments import (
    COUNT,
    SEED,
    SHARE,
    SIDE,
    WORKERS,
    CommandParser,
    Number,
    Whole,
    height_and_width,
    width_and_height,
)
from mevis.errors import UserError

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


@pytest.mark.parametrize(
    ('kind', 'text', 'expected'),
    [(COUNT, '1', 1), (COUNT, '+7', 7), (WORKERS, '0', 0), (SEED, '4294967295', 2**32 - 1)]
    + [(Whole(-5, 5), '-5', -5), (SHARE, '0', 0.0), (SHARE, '1', 1.0), (SHARE, '5e-1', 0.5)],
)
def test_numbers_in_range_are_read(kind, text, expected):
    assert kind(text) == expected


@pytest.mark.parametrize(
    ('kind', 'text'),
    [(COUNT, '0'), (COUNT, '-1'), (COUNT, '1.0'), (COUNT, 'text'), (COUNT, ''), (COUNT, '²')]
    + [(COUNT, '9' * 5000), (COUNT, '1_0'), (COUNT, '--1'), (WORKERS, '100000'), (SEED, '-1')]
    + [(SIDE, '0'), (SHARE, 'nan'), (SHARE, 'inf'), (SHARE, '-0.1'), (SHARE, '2'), (SHARE, 'x')]
    + [(Number(-1, 1), '1e999')],
)
def test_others_are_a_mistake_of_usage_that_says_what_is_allowed(kind, text):
    with pytest.raises(argparse.ArgumentTypeError, match=r'must be a .*number from .* to '):
        kind(text)


def test_no_tool_takes_any_number_at_all():
    """``type=int`` takes -1 and 10**30; ranks, which launchers give, are left to them."""
    found = []
    # Runs before mevis can be imported, perhaps.
    for path in set(TOOLS.rglob('*.py')) - {TOOLS / 'install_ops.py'}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'add_argument':
                kinds = [k.value.id for k in node.keywords if isinstance(k.value, ast.Name)]
                hidden = any(ast.unparse(k.value) == 'argparse.SUPPRESS' for k in node.keywords)
                if not hidden and {'int', 'float'} & set(kinds):
                    found.append(f'{path.name}: {ast.unparse(node.args[0])}')
    assert found == []


def test_sizes_are_read_in_both_orders():
    assert height_and_width('360x640') == (360, 640)
    assert width_and_height('1920X1080') == (1080, 1920)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('640', 'must be '),
        ('640x', 'must be '),
        ('²x3', 'must be '),
        ('٣x٣', 'must be '),
        ('1_0x3', 'must be '),
        ('0x3', 'from 1 to 16384'),
        ('3x-1', 'from 1 to 16384'),
        ('3x99999', 'from 1 to 16384'),
        ('9' * 30 + 'x2', 'must be '),
    ],
)
@pytest.mark.parametrize('read', [height_and_width, width_and_height])
def test_other_sizes_are_refused_by_the_option(read, text, said):
    with pytest.raises(UserError, match=rf'^--size .*{said}'):
        read(text)


def test_help_tells_defaults_and_keeps_lines():
    parser = CommandParser(prog='tool', description='First.\n\ntool --all\n', epilog='folded ' * 30)
    parser.add_argument('--all', action='store_true', help='everything')
    parser.add_argument('--sizes', nargs='+', default=[1, '8%'], help='in 100%% or less')
    parser.add_argument('--out', help='a file')
    parser.add_argument('--told', default=3, help='a number; default: %(default)s')
    parser.add_argument('--needed', required=True, help='a folder')
    parser.add_argument('--hidden', default=1, help=argparse.SUPPRESS)
    text = parser.format_help()
    assert 'First.\n\ntool --all\n' in text
    assert max(map(len, text.splitlines())) <= 100
    words = ' '.join(text.split())
    for told in (
        'everything (default: off)',
        'in 100% or less (default: 1 8%)',
        'a file (default: none)',
        'a number; default: 3',
        '--needed NEEDED a folder',
    ):
        assert told in words
    assert 'hidden' not in words

"""What comes from outside is shown on a terminal, and not obeyed."""

import io

import pytest

from mevis.boundary.terminal import literal, plain

TEXTS = ['[red]', '[/]', 'speed[fast]', '[/red] a', r'a\[b]', '[link=x]y', r'ends in \\', '红 😀 ج']


@pytest.mark.parametrize('text', TEXTS)
def test_rich_prints_it_as_it_stands(text):
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=80, highlight=False).print(literal(text))
    assert out.getvalue() == f'{text}\n'


def test_nothing_reaches_the_terminal_that_it_obeys():
    text = 'a\x1b[31m\x1b]0;title\x07\x9b2J\r\nb\u202ec'
    shown = plain(text)
    assert shown.isprintable()
    assert shown.startswith(r'a\x1b[31m\x1b]0;title\x07\x9b2J')

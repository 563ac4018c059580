"""Every option of every command says what it is for and what happens without it."""

import argparse
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from mevis.boundary.arguments import CommandParser

ROOT = Path(__file__).resolve().parents[2]
TOOLS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / 'tools').rglob('*.py'))


class ParsingError(Exception):
    """Carries the parser out of a tool when it begins to parse."""


@pytest.fixture
def parser(request, monkeypatch):
    def stop(parser, *_, **__):
        raise ParsingError(parser)

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', stop)
    tool = runpy.run_path(str(ROOT / request.param))
    with pytest.raises(ParsingError) as caught:
        tool['parse_args']()
    return caught.value.args[0]


def unexplained(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Arguments without a help, and optional ones whose help tells no default."""
    formatter = parser._get_formatter()
    for action in parser._actions:
        name = '/'.join(action.option_strings) or action.dest
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from (f'{command.prog}: {one}' for one in unexplained(command))
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
            continue
        told = formatter._expand_help(action) if action.help else ''
        if not action.help or not (action.required or 'default' in told):
            yield f'{name}: {told!r}'


@pytest.mark.parametrize('parser', TOOLS, indirect=True)
def test_every_option_is_described_with_its_default(parser):
    assert isinstance(parser, CommandParser)  # which adds the default
    assert len(parser._actions) > 1
    assert not list(unexplained(parser))


def test_an_option_without_description_or_default_is_found():
    parser = argparse.ArgumentParser()
    parser.add_argument('--silent', default=3)
    parser.add_argument('--vague', default=3, help='a number')
    parser.add_argument('--told', default=3, help='a number (default: %(default)s)')
    parser.add_argument('given', help='always there')
    assert list(unexplained(parser)) == ["--silent: ''", "--vague: 'a number'"]

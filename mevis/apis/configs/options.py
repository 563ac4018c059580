"""KEY=VALUE on a command line."""

import argparse
from collections.abc import Sequence
from typing import Any

from mmengine.config import DictAction

from mevis.boundary.shard import read_shard

_LONGEST = 100
_LONGEST_VALUE = 100_000
_DEEPEST = 50


class ConfigOptions(DictAction):
    """The engine's reading of ``KEY=VALUE``, whose mistakes are mistakes of usage.

    The engine itself ends in a traceback for brackets that do not match.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Reads the pairs; ends with exit status 2 and the pair that is none."""
        pairs = [values] if isinstance(values, str) else values or []
        for pair in pairs:
            wrong = _wrong_with(pair)
            if wrong:
                shown = ascii(pair)[1:-1] if not pair.isprintable() else pair
                more = '...' if len(shown) > _LONGEST else ''
                parser.error(f'{option_string} {shown[:_LONGEST]}{more}: {wrong}')
        super().__call__(parser, namespace, values, option_string)


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Adds ``--shard I/N``: one of N independent jobs that share the work of a tool."""
    parser.add_argument(
        '--shard',
        type=read_shard,
        metavar='I/N',
        help='do the I-th of N parts of about equal cost, as one of N independent jobs; the same'
        ' command without it completes what is missing and merges',
    )


def add_cfg_options(parser: argparse.ArgumentParser, example: str = '') -> None:
    """Adds ``--cfg-options KEY=VALUE ...``, which overrides entries of a config.

    Args:
        parser: Of the tool.
        example: What its help shows.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
        default={},
        metavar='KEY=VALUE',
        help='override entries of the config' + (f': {example}' if example else ''),
    )


def _wrong_with(pair: str) -> str | None:
    key, equals, value = pair.partition('=')
    if not equals:
        return 'must be KEY=VALUE'
    if not all(part.strip() == part and part for part in key.split('.')):
        return 'the key must be names separated by dots'
    if len(value) > _LONGEST_VALUE:
        return 'the value is too long'
    if _unbalanced(value):
        return 'its brackets do not match; quote the pair: KEY="[1,2]"'
    try:
        DictAction._parse_iterable(value)
    except (AssertionError, ValueError, RecursionError) as error:
        return f'cannot be read ({" ".join(str(error).split())[:_LONGEST]})'
    return None


def _unbalanced(value: str) -> bool:
    open_brackets: list[str] = []
    for letter in value:
        if letter in '([':
            open_brackets.append(letter)
        elif letter in ')]' and (not open_brackets or open_brackets.pop() + letter not in '()[]'):
            return True
        if len(open_brackets) > _DEEPEST:
            return True
    return bool(open_brackets)

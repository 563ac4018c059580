"""KEY=VALUE on a command line."""

import argparse
from collections.abc import Sequence
from typing import Any

from mevis.apis.configs.option_values import read_value
from mevis.boundary.shard import read_shard

_LONGEST = 100
_LONGEST_VALUE = 100_000


class ConfigOptions(argparse.Action):
    """Reads ``KEY=VALUE`` into a dict; mistakes are mistakes of usage.

    Unlike the engine's ``DictAction`` it keeps names such as ``0004`` and takes sections.
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
        given = dict(getattr(namespace, self.dest, None) or {})
        for pair in pairs:
            key, _, value = pair.partition('=')
            given[key] = read_value(value)
        setattr(namespace, self.dest, given)


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
    try:
        read_value(value)
    except ValueError as error:
        return ' '.join(str(error).split())[:_LONGEST]
    return None

"""``--shard i/n``: one of the independent jobs that share a piece of work."""

import argparse
import re
from dataclasses import dataclass

MOST_SHARDS = 10_000
_FORM = re.compile(r'([0-9]{1,5})/([0-9]{1,5})')


@dataclass(frozen=True)
class Shard:
    """Which part of the work a job does.

    Attributes:
        number: From 1 to ``count``.
        count: Jobs that share the work.
    """

    number: int
    count: int

    @property
    def name(self) -> str:
        """A name for files and folders: ``1-of-3``."""
        return f'{self.number}-of-{self.count}'

    def __str__(self) -> str:
        return f'{self.number}/{self.count}'


def read_shard(text: str) -> Shard:
    """Reads ``i/n``, as the type of an argument of argparse.

    Raises:
        argparse.ArgumentTypeError: If the text is no such pair.
    """
    match = _FORM.fullmatch(text.strip())
    if match:
        shard = Shard(int(match[1]), int(match[2]))
        if 1 <= shard.number <= shard.count <= MOST_SHARDS:
            return shard
    raise argparse.ArgumentTypeError(
        f'{text[:40]!r} must be i/n with i from 1 to n, such as 2/8 for the second of eight jobs'
    )

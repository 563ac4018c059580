"""What the commands that score predictions on disk share."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mevis.boundary.arguments import WORKERS

SCORES_HELP = 'write figures and the scores of each sentence to a JSON file'


def add_scoring_options(parser: argparse.ArgumentParser, out: str = SCORES_HELP) -> None:
    """Adds ``--predictions``, ``--out`` and ``--workers``.

    Args:
        parser: Of the tool.
        out: Help of ``--out``.
    """
    parser.add_argument(
        '--predictions',
        type=Path,
        required=True,
        help='work folder of tools/test.py, or <video>/<expression id>/<frame>.png',
    )
    parser.add_argument(
        '--out',
        type=Path,
        metavar='FILE',
        help=out,
    )
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=min(8, os.cpu_count() or 1),
        help='processes (default: %(default)s); the result does not depend on it',
    )


@contextmanager
def video_progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; gives a function that is told how many videos of how many are done."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def say_what_is_missing(videos: list[str]) -> None:
    """Names videos without predictions on stderr; nothing where there are none."""
    from mevis.boundary.terminal import plain

    if videos:
        listed = plain(', '.join(videos[:5])) + (' …' if len(videos) > 5 else '')
        say(f'{len(videos)} videos have no predictions and score 0: {listed}')


def say(text: str) -> None:
    """Prints a line on stderr."""
    from rich.console import Console

    Console(stderr=True).print(text, markup=False)

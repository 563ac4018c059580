"""What the commands have in common that score a dataset per type of sentence."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mevis.boundary.arguments import CommandParser

if TYPE_CHECKING:
    from mevis.apis.scoring.typed_scores import TypedScores


def parse_typed_args(description: str) -> argparse.Namespace:
    """The command line: the dataset, its split, predictions, and where scores go."""
    from mevis.apis.scoring.command import add_scoring_options

    parser = CommandParser(
        description=description,
        epilog='See docs/guides/datasets.md for the metrics.',
    )
    parser.add_argument('data_root', type=Path, help='folder of the dataset')
    parser.add_argument('--split', default='valid', help='default: %(default)s')
    add_scoring_options(parser)
    return parser.parse_args()


def score_by_type(args: argparse.Namespace, score: 'Callable[..., TypedScores]') -> 'TypedScores':
    """Scores, writes the file of scores and prints a row per type.

    Args:
        args: Of :func:`parse_typed_args`.
        score: ``(data_root, predictions, split, workers, on_video)`` -> scores.

    Returns:
        The scores.
    """
    from rich.console import Console
    from rich.table import Table

    from mevis.apis.scoring.command import say, say_what_is_missing, video_progress
    from mevis.boundary.terminal import literal
    from mevis.evaluation.prediction_source import prediction_folders
    from mevis.evaluation.score_file import write_score_file
    from mevis.structures.atomic_write import check_target

    if args.out:
        check_target(args.out, (args.data_root, *prediction_folders(args.predictions)))
    with video_progress() as on_video:
        scored = score(args.data_root, args.predictions, args.split, args.workers, on_video)
    if args.out:
        write_score_file(args.out, scored.figures(), scored.sentences(), scored.missing)
    say_what_is_missing(scored.missing)
    if untyped := scored.types.count(''):
        said = f'{untyped} of {len(scored.types)} sentences have no type'
        say(f'{said}, so no row per type counts them.')
    table = Table('type', 'sentences', 'J&F', *scored.FIELDS)
    for name, (count, row) in scored.groups().items():
        table.add_row(literal(name), str(count), *(f'{value:.2f}' for value in row.values()))
    Console(highlight=False).print(table)
    return scored

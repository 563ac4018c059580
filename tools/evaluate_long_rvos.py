"""Scores predictions on Long-RVOS: J&F, tIoU and vIoU, per type of sentence.

tools/evaluate_long_rvos.py data/long_rvos --predictions work_dirs/long --out long.json
"""

import argparse
from pathlib import Path

from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    from mevis.apis.scoring.command import add_scoring_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/datasets.md for the metrics.',
    )
    parser.add_argument('data_root', type=Path, help='folder of the dataset')
    parser.add_argument('--split', default='valid', help='default: %(default)s')
    add_scoring_options(parser)
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from rich.console import Console
    from rich.table import Table

    from mevis.apis.scoring.command import say_what_is_missing, video_progress
    from mevis.apis.scoring.long_rvos_scores import FIGURES, score_long_rvos
    from mevis.boundary.terminal import literal
    from mevis.evaluation.score_file import write_score_file
    from mevis.structures.atomic_write import check_target

    if args.out:
        check_target(args.out, (args.predictions,))
    with video_progress() as on_video:
        scored = score_long_rvos(
            args.data_root,
            args.predictions,
            args.split,
            args.workers,
            on_video,
        )
    if args.out:
        write_score_file(args.out, scored.figures(), scored.sentences(), scored.missing)
    say_what_is_missing(scored.missing)
    table = Table('type', 'sentences', 'J&F', *FIGURES)
    for name, (count, row) in scored.groups().items():
        table.add_row(literal(name), str(count), *(f'{value:.2f}' for value in row.values()))
    Console(highlight=False).print(table)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

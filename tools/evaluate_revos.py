"""Scores predictions on ReVOS: J&F, accuracy (A) and robustness (R), per type of sentence.

tools/evaluate_revos.py data/ReVOS --predictions work_dirs/revos --out revos.json
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
    from mevis.apis.scoring.revos_scores import FIGURES, score_revos
    from mevis.boundary.terminal import literal
    from mevis.evaluation.score_file import write_score_file
    from mevis.structures.atomic_write import check_target

    if args.out:
        check_target(args.out, (args.predictions,))
    with video_progress() as on_video:
        scored = score_revos(
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
    console = Console(highlight=False)
    console.print(table)
    if 'nan' in (f'{value:.2f}' for _, row in scored.groups().values() for value in row.values()):
        console.print('R needs mask_dict_foreground.json beside mask_dict.json.')


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

"""Scores answers that need no model, overall and per tag, beside those of tested models.

tools/analysis/baselines.py data/moving_shapes --split valid_u --scores work_dirs/test/scores.json
"""

import argparse
import json
import os
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='empty: nothing; all objects: every annotated one; everything that moves: those'
        ' whose centre moves by more than half their size; random object: the mean over all.',
    )
    parser.add_argument('root', type=Path, help='dataset in MeViS format')
    parser.add_argument('--split', default='valid_u', help='with ground truth; default: valid_u')
    parser.add_argument('--videos', nargs='+', metavar='VIDEO', help='only these; default: all')
    parser.add_argument(
        '--scores',
        nargs='+',
        type=Path,
        default=[],
        metavar='FILE',
        help='of tools/test.py --out or tools/evaluate.py --scores: columns beside the baselines',
    )
    parser.add_argument('--out', type=Path, help='write all figures to a JSON file')
    parser.add_argument(
        '--workers', type=WORKERS, default=min(8, os.cpu_count() or 1), help='processes'
    )
    return parser.parse_args()


def print_figures(columns: dict[str, dict[str, float]]) -> None:
    """Prints J&F in percent: a row for all and for each tag, a column for each answer."""
    from rich.console import Console
    from rich.table import Table

    from mevis.boundary.terminal import literal

    table = Table('J&F', *map(literal, columns))
    for column in table.columns[1:]:
        column.justify = 'right'
    names = {name for figures in columns.values() for name in figures}
    tags = sorted((n for n in names if n.startswith('J&F/')), key=lambda n: (':' in n, n))
    for name in ('J&F', *tags):
        cells = [f'{c[name]:.2f}' if name in c else '-' for c in columns.values()]
        table.add_row('all' if name == 'J&F' else literal(name.removeprefix('J&F/')), *cells)
    Console(highlight=False).print(table)


def main() -> None:
    """Runs the command."""
    args = parse_args()
    from mevis.evaluation.score_file import read_figures

    models = {str(path): read_figures(path) for path in args.scores}
    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.scoring.baselines import baseline_scores
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.root / args.split, *args.scores))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=None)
        baselines = baseline_scores(
            args.root,
            args.split,
            args.videos,
            args.workers,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    columns = {**models, **baselines}
    if args.out:
        atomic_write_text(args.out, json.dumps(columns, indent=2) + '\n')
    print_figures(columns)


if __name__ == '__main__':
    run(main)

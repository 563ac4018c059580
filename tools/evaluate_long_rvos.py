"""Scores predictions on Long-RVOS: J&F, tIoU and vIoU, per type of sentence.

tools/evaluate_long_rvos.py data/long_rvos --predictions work_dirs/long --out long.json
"""

import argparse
import json
import os
from pathlib import Path

from mevis.boundary.arguments import WORKERS


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='See docs/guides/datasets.md for the metrics.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('data_root', type=Path, help='folder of the dataset')
    parser.add_argument(
        '--predictions',
        type=Path,
        required=True,
        help='work folder of tools/test.py, or <video>/<expression id>/<frame>.png',
    )
    parser.add_argument('--split', default='valid', help='default: %(default)s')
    parser.add_argument('--out', type=Path, help='write the figures to this JSON file')
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=min(8, os.cpu_count() or 1),
        help='processes (default: %(default)s); the result does not depend on it',
    )
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from mevis.apis.scoring.long_rvos_scores import score_long_rvos
    from mevis.boundary.terminal import literal, plain
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.predictions,))
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task('videos', total=None)
        scored = score_long_rvos(
            args.data_root,
            args.predictions,
            args.split,
            args.workers,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    figures = scored.figures()
    if args.out:
        atomic_write_text(args.out, json.dumps(figures, indent=1) + '\n')
    if scored.missing:
        listed = plain(', '.join(scored.missing[:5]))
        number = len(scored.missing)
        console.print(f'{number} videos have no predictions and score 0: {listed}', markup=False)
    table = Table('type', *figures['all'])
    for name, row in figures.items():
        count, *values = row.values()
        table.add_row(literal(name), str(count), *(f'{value:.2f}' for value in values))
    Console(highlight=False).print(table)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

"""Makes MovingShapes, a procedural dataset in MeViS format whose sentences are about motion.

tools/make_moving_shapes.py data/moving_shapes
tools/make_moving_shapes.py data/shapes_static --train 500 --valid-u 50 --kinds static
"""

import argparse
import os
import time
from pathlib import Path

from mevis.boundary.arguments import COUNT, FROM_0, SEED, SHARE, SIDE, WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('root', type=Path, help='folder to write; an interrupted run is resumed')
    parser.add_argument(
        '--train', type=FROM_0, default=2000, help='videos; 0: no such split (default: 2000)'
    )
    parser.add_argument(
        '--valid-u', type=FROM_0, default=100, help='videos, with ground truth (default: 100)'
    )
    parser.add_argument(
        '--valid', type=FROM_0, default=0, help='videos, without ground truth (default: 0)'
    )
    parser.add_argument(
        '--test', type=FROM_0, default=0, help='videos, without ground truth (default: 0)'
    )
    parser.add_argument('--height', type=SIDE, default=128, help='pixels (default: 128)')
    parser.add_argument('--width', type=SIDE, default=192, help='pixels (default: 192)')
    parser.add_argument('--num-frames', type=COUNT, default=24, help='per video (default: 24)')
    parser.add_argument('--seed', type=SEED, default=0, help='determines all files (default: 0)')
    parser.add_argument(
        '--kinds',
        nargs='+',
        metavar='KIND',
        help='kinds of sentence: static motion order mixed relational multi (default: all)',
    )
    parser.add_argument(
        '--sentences',
        type=COUNT,
        nargs=2,
        default=(6, 8),
        metavar=('MIN', 'MAX'),
        help='per video (default: 6 8)',
    )
    parser.add_argument(
        '--no-target',
        type=SHARE,
        default=0.0,
        help='share of expressions without a target (default: 0)',
    )
    parser.add_argument(
        '--youtube-vis', action='store_true', help='also write <split>/instances.json'
    )
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=os.cpu_count() or 1,
        help='processes (default: all cores)',
    )
    return parser.parse_args()


def main() -> int:
    """Runs the command."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.datasets.moving_shapes import KINDS, Recipe, write_split
    from mevis.errors import UserError

    if args.seed < 0:
        raise UserError(f'--seed {args.seed}: must not be negative.')
    counts = {
        'train': args.train,
        'valid_u': args.valid_u,
        'valid': args.valid,
        'test': args.test,
    }
    if not any(counts.values()):
        raise UserError('nothing to make: give a number of videos, such as --train 100.')
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for split, count in counts.items():
            if not count:
                continue
            recipe = Recipe(
                count,
                args.seed,
                args.height,
                args.width,
                args.num_frames,
                tuple(args.kinds or KINDS),
                tuple(args.sentences),
                args.no_target,
            )
            task = progress.add_task(split, total=count)
            start = time.perf_counter()
            folder = write_split(
                args.root,
                split,
                recipe,
                args.workers,
                lambda done, task=task: progress.update(task, completed=done),
                args.youtube_vis,
            )
            seconds = time.perf_counter() - start
            print(f'{folder}: {count} videos ({seconds:.1f} s)')
    return 0


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

"""The best J&F that a folder of tracks allows, if always the right ones were chosen.

tools/analysis/track_upper_bound.py data/moving_shapes --split valid_u --tracks tracks/valid_u
"""

import argparse
import json
import os
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('root', type=Path, help='dataset in MeViS format')
    parser.add_argument('--split', default='valid_u', help='with ground truth; default: valid_u')
    parser.add_argument('--tracks', type=Path, required=True, help='folder of the tracks')
    parser.add_argument(
        '--top-k', type=COUNT, default=10, help='best tracks (default: %(default)s)'
    )
    parser.add_argument('--videos', nargs='+', metavar='VIDEO', help='only these; default: all')
    parser.add_argument(
        '--workers', type=WORKERS, default=min(8, os.cpu_count() or 1), help='processes'
    )
    parser.add_argument('--out', type=Path, help='write the figures to a JSON file')
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from rich.console import Console

    from mevis.apis.scoring.track_upper_bound import upper_bound
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.root / args.split, args.tracks))
    figures = upper_bound(args.root, args.split, args.tracks, args.top_k, args.videos, args.workers)
    for name, value in figures.items():
        Console().print(f'{name:<24}{value:6.1f}', highlight=False)
    if args.out:
        atomic_write_text(args.out, json.dumps(figures, indent=1) + '\n')


if __name__ == '__main__':
    run(main)

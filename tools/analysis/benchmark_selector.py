"""Measures what a further sentence costs a selector, beside finding and encoding the tracks.

tools/analysis/benchmark_selector.py CONFIG CHECKPOINT --dvis DVIS_CONFIG DVIS_CHECKPOINT

Videos are answered from their pixels: DVIS finds the tracks in the same process.  CPU time of all
cores together; masks are drawn and encoded for every sentence, as a test does.
"""

import argparse
import json

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='the config of a TrackSelector with its test data')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument(
        '--dvis', nargs=2, required=True, metavar=('CONFIG', 'CHECKPOINT'), help='finds the tracks'
    )
    parser.add_argument('--videos', type=COUNT, default=5, help='how many (default: %(default)s)')
    parser.add_argument(
        '--sentences', type=COUNT, nargs='+', default=[1, 8], metavar='N', help='about a video'
    )
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    """Measures."""
    args = parse_args()
    from mevis.errors import UserError

    if min(args.videos, *args.sentences) < 1:
        raise UserError('--videos and --sentences: 1 or more.')

    from mevis.apis.scoring.selector_costs import selector_costs

    figures = selector_costs(
        args.config, args.checkpoint, args.dvis, args.cfg_options, args.videos, args.sentences
    )
    if args.json:
        print(json.dumps(figures, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table('sentences', 'CPU s per video', 'ratio', 'tracks', 'encoding', 'answers')
    for entry in figures:
        values = (entry[name] for name in ('tracks', 'encoding', 'answers'))
        table.add_row(
            f'{entry["sentences"]}',
            f'{entry["seconds"]:.3f}',
            f'{entry["seconds"] / figures[0]["seconds"]:.2f}',
            *(f'{value:.3f}' for value in values),
        )
    Console(width=100).print(table)
    if len(figures) > 1:
        first, last = figures[0], figures[-1]
        more = (last['seconds'] - first['seconds']) / (last['sentences'] - first['sentences'])
        Console().print(f'a further sentence to the first: {more / first["seconds"]:.4f}')


if __name__ == '__main__':
    run(main)

"""Measures speed and memory of trained models side by side on one video.

tools/analysis/benchmark_models.py VIDEO --model CONFIG CHECKPOINT --text "..." --text "..."

Each model answers in a process of its own on a CPU: one sentence, then all.  Time is that of the
processor, on all cores together, from the video's file to the masks; loading the model does not
count.  A model that finds its tracks by another one (DVIS) is charged for both.
"""

import argparse
import json
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('video', help='a video file, a folder of frames or an image')
    parser.add_argument(
        '--model',
        nargs=2,
        action='append',
        required=True,
        metavar=('CONFIG', 'CHECKPOINT'),
        help='a config and its weights; once for each model',
    )
    parser.add_argument(
        '--text', action='append', required=True, help='a sentence; two or more are needed'
    )
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    return parser.parse_args()


def main() -> None:
    """Measures."""
    args = parse_args()
    from mevis.errors import UserError

    if len(args.text) < 2:
        raise UserError('--text: two sentences or more, to tell a further one from the first.')
    from mevis.apis.scaling.model_costs import model_costs_apart

    figures = {
        config: model_costs_apart(config, checkpoint, args.video, args.text)
        for config, checkpoint in args.model
    }
    if args.json:
        print(json.dumps({name: vars(costs) for name, costs in figures.items()}, indent=2))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title='processor ms per frame, peak memory beyond the loaded model and of all')
    table.add_column('model', overflow='fold')
    for title in ('parameters', 'first sentence', 'each further', 'memory', 'process'):
        table.add_column(title, justify='right')
    for name, costs in figures.items():
        table.add_row(
            escape(Path(name).stem),
            f'{costs.parameters / 1e6:.2f} M',
            f'{costs.first_sentence / costs.frames * 1e3:.1f}',
            f'{costs.further_sentence / costs.frames * 1e3:.2f}',
            f'{costs.own_mib:.0f} MiB',
            f'{costs.peak_mib:.0f} MiB',
        )
    Console(width=110).print(table)


if __name__ == '__main__':
    run(main)

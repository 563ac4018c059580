r"""Chooses from which presence on a model answers, on a validation split with ground truth.

tools/analysis/choose_threshold.py work_dirs/test \
    --annotations data/mevis_v2/valid_u/meta_expressions_v2.json \
    --masks data/mevis_v2/valid_u/mask_dict.json
"""

import argparse
import json
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser

FIGURES = ('N-acc', 'T-acc', 'J&F-target', 'J&F', 'Final-target', 'Final-all')


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/track_selection.md, "Sentences without a target".',
    )
    parser.add_argument('predictions', type=Path, help='work folder of tools/test.py')
    parser.add_argument(
        '--annotations', type=Path, required=True, help='file with the sentences of the split'
    )
    parser.add_argument('--masks', type=Path, required=True, help='mask_dict.json of the split')
    parser.add_argument(
        '--metric',
        choices=('Final-target', 'Final-all', 'J&F'),
        default='Final-target',
        help='the metric to maximise (default: %(default)s)',
    )
    parser.add_argument('--out', type=Path, help='write threshold and figures to a JSON file')
    return parser.parse_args()


def print_choice(chosen, metric: str) -> None:
    """Prints the figures before and after, and the override to use."""
    from rich.console import Console
    from rich.table import Table

    table = Table('%', 'as tested', 'with the threshold')
    for column in table.columns[1:]:
        column.justify = 'right'
    for name in FIGURES:
        table.add_row(name, f'{chosen.before[name]:.2f}', f'{chosen.after[name]:.2f}')
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    if chosen.held_out is None:
        console.print('too few sentences to score it on videos that it was not chosen on')
    else:
        console.print(
            f'{metric} on videos that it was not chosen on, mean of both halves:'
            f' {chosen.held_out:.2f}'
        )
    console.print(f'--cfg-options {override(chosen.threshold)}')


def override(threshold: float) -> str:
    """What a test takes after ``--cfg-options``."""
    return f'model.presence_threshold={threshold!r}'


def main() -> None:
    """Chooses."""
    args = parse_args()
    from dataclasses import asdict

    from mevis.apis.scoring.presence_threshold import choose_threshold, read_answers
    from mevis.evaluation.prediction_source import prediction_folders
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        read = (args.annotations, args.masks, *prediction_folders(args.predictions))
        check_target(args.out, read)
    answers = read_answers(args.predictions, args.annotations, args.masks)
    chosen = choose_threshold(answers, args.metric)
    if args.out:
        content = {**asdict(chosen), 'metric': args.metric, 'override': override(chosen.threshold)}
        atomic_write_text(args.out, json.dumps(content, indent=1) + '\n')
    print_choice(chosen, args.metric)


if __name__ == '__main__':
    run(main)

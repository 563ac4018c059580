"""Scores a selector of trajectories on synthetic tracks, clean and with what real tracks have.

tools/analysis/track_robustness.py --scenes 200
"""

import argparse
import json
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, SEED, SHARE, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='multi: rest or move; motion: needs several frames; order: needs their order. All'
        ' right: exactly the tracks that are meant are chosen. AUC: of tracks for left and right.',
    )
    parser.add_argument('--config', help='another selector; default: the shipped one')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument('--scenes', type=COUNT, default=200, help='per row; default: %(default)s')
    parser.add_argument('--crowds', type=SHARE, default=0.5, help='share; default: %(default)s')
    parser.add_argument('--seed', type=SEED, default=1, help='of the scenes; training uses 0')
    parser.add_argument('--only', nargs='+', metavar='ROW', help='only these rows; default: all')
    parser.add_argument('--out', type=Path, metavar='FILE', help='write all figures as JSON')
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from rich.console import Console
    from rich.table import Table

    from mevis.apis.inference.track_selection import load_selector
    from mevis.apis.scoring.track_choice import CONDITIONS, score_choices
    from mevis.errors import UserError
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.config, args.checkpoint))
    unknown = sorted(set(args.only or ()) - set(CONDITIONS))
    if unknown:
        raise UserError(f'--only {unknown[0]}: no such row; known: {", ".join(CONDITIONS)}.')
    model = load_selector(args.config, args.checkpoint)
    table = Table('tracks', 'all right: multi', 'motion', 'order', 'first right: order', 'AUC')
    for column in table.columns[1:]:
        column.justify = 'right'
    figures = {}
    for name, wear in CONDITIONS.items():
        if args.only and name not in args.only:
            continue
        scores = score_choices(model, wear, args.scenes, args.seed, crowds=args.crowds)
        figures[name] = row = scores.summary()
        keys = ('right/multi', 'right/motion', 'right/order', 'first/order', 'auc')
        table.add_row(name, *(f'{row.get(key, float("nan")):.2f}' for key in keys))
    Console().print(table)
    if args.out:
        atomic_write_text(args.out, json.dumps(figures, indent=1) + '\n')


if __name__ == '__main__':
    run(main)

"""Compares our models with recordings of the official implementations.

tools/analysis/check_parity.py mutr RECORDINGS
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser

MODELS = {'mutr': 'mevis.apis.parity.mutr', 'dvis': 'mevis.apis.parity.dvis'}


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status: 0 all within their tolerance, 1 some are not, 2 bad input.',
    )
    parser.add_argument('model', choices=sorted(MODELS), help='whose recordings they are')
    parser.add_argument('folder', type=Path, help='folder of recordings; every one is checked')
    return parser.parse_args()


def main() -> int:
    """Compares; returns the exit status."""
    args = parse_args()
    from importlib import import_module

    from mevis.errors import UserError

    if not args.folder.is_dir():
        raise UserError(f'{args.folder}: no such folder of recordings.')
    comparisons = import_module(MODELS[args.model]).check_folder(args.folder)

    from mevis.testing.parity.report import print_comparisons

    return print_comparisons(comparisons)


if __name__ == '__main__':
    run(main)

"""Converts official checkpoints to the names of this framework, and back.

tools/convert_checkpoint.py mutr official.pth converted.safetensors
tools/convert_checkpoint.py mutr ours.pth official.pth --inverse
tools/convert_checkpoint.py dvis official.pth converted.safetensors
"""

import argparse
from collections import Counter
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Weights only: nothing in the file is executed. Official files can also be given'
        ' to tools/test.py as they are.',
    )
    parser.add_argument('model', choices=('mutr', 'dvis'), help='whose checkpoint it is')
    parser.add_argument('source', type=Path, metavar='IN', help='.pth or .safetensors')
    parser.add_argument('target', type=Path, metavar='OUT', help='.safetensors or .pth')
    parser.add_argument('--inverse', action='store_true', help='from mevis names to official ones')
    return parser.parse_args()


def main() -> None:
    """Converts."""
    args = parse_args()
    from mevis.checkpoints.conversion import convert_file

    conversion = convert_file(args.model, args.source, args.target, args.inverse)
    print(f'{args.target}: {len(conversion.state_dict)} tensors.')
    for reason, count in Counter(conversion.ignored.values()).items():
        print(f'  left out: {count} ({reason})')


if __name__ == '__main__':
    run(main)

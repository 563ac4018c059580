"""Lists the configs and weights that come with mevis, by the names that commands take."""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('word', nargs='?', default='', help='list only names with this word in it')
    return parser.parse_args()


def about(config: Path) -> str:
    """The first sentence of its header, which may take several lines."""
    sentence: list[str] = []
    for line in config.read_text(encoding='utf-8').splitlines():
        if not line.startswith('# ') or (sentence and sentence[-1].endswith('.')):
            break
        sentence.append(line.removeprefix('# '))
    return ' '.join(sentence)


def main() -> None:
    """Lists."""
    args = parse_args()
    from mevis.boundary.shipped import PREFIX, shipped_root

    root = shipped_root()
    for path in sorted((root / 'configs').glob('*.py')):
        if args.word in path.name:
            print(f'{PREFIX}{path.name:52} {about(path)}')
    for path in sorted((root / 'weights').glob('*.safetensors')):
        if args.word in path.name:
            print(f'{PREFIX}weights/{path.name:44} {path.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    run(main)

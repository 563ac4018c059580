"""Copies a config that comes with mevis, to be edited: it inherits from the same bases.

tools/copy_config.py mevis::mutr_tiny_moving_shapes.py my_model.py
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='its name, with or without mevis::')
    parser.add_argument('target', help='a new file, or a folder for one of the same name')
    return parser.parse_args()


def main() -> None:
    """Copies."""
    args = parse_args()
    import re
    from pathlib import Path

    from mevis.boundary.shipped import PREFIX, shipped_path
    from mevis.errors import UserError
    from mevis.structures.atomic_write import atomic_write_text

    source = shipped_path(PREFIX + args.config.removeprefix(PREFIX))
    if source is None or source.suffix != '.py':
        raise UserError(f'{args.config}: not a config; `mevis ls` lists them.')
    target = Path(args.target)
    target = target / source.name if target.is_dir() else target
    if target.exists():
        raise UserError(f'{target}: exists already; choose another name.')
    text = source.read_text(encoding='utf-8')
    # Bases are named by where they lie beside this file.
    bases = re.search(r'^_base_ = (?:\[[^\]]*\]|.*)', text, re.MULTILINE)
    if bases:
        named = re.sub(r"'(?!mevis::)([^']+)'", rf"'{PREFIX}\1'", bases[0])
        text = text.replace(bases[0], named, 1)
    atomic_write_text(target, text)
    print(target)


if __name__ == '__main__':
    run(main)

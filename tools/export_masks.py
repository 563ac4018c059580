"""Writes the masks of a split as PNG folders, or makes a mask_dict.json of such folders."""

import argparse
import os
from pathlib import Path

from mevis.boundary.arguments import WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True, help='direction')
    to_png = commands.add_parser('to-png', help='mask_dict.json -> <video>/<id>/<frame>.png')
    to_png.add_argument('split', type=Path, help='<root>/<split>, in MeViS format')
    to_png.add_argument('out', type=Path, help='folder to write; existing files are kept')
    to_png.add_argument(
        '--by', choices=('object', 'expression'), default='object', help='what <id> is'
    )
    from_png = commands.add_parser(
        'from-png', help='<video>/<anno_id>/<frame>.png -> mask_dict.json'
    )
    from_png.add_argument('folder', type=Path, help='as written by `to-png --by object`')
    from_png.add_argument('meta', type=Path, help='meta_expressions.json of the split')
    from_png.add_argument('out', type=Path, help='mask_dict.json to write')
    for command in (to_png, from_png):
        command.add_argument(
            '--workers', type=WORKERS, default=min(8, os.cpu_count() or 1), help='processes'
        )
    return parser.parse_args()


def main() -> int:
    """Runs the command."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.datasets.mask_folders import export_masks, import_masks
    from mevis.structures.atomic_folder import check_folder
    from mevis.structures.atomic_write import check_target
    from mevis.structures.folder_lock import hold_folder

    if args.command == 'to-png':
        check_folder(args.out)
        hold_folder(args.out)
    else:
        check_target(args.out, (args.folder, args.meta))

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=None)

        def on_video(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        if args.command == 'to-png':
            count = export_masks(args.split, args.out, args.by, args.workers, on_video)
            message = f'{args.out}: {count} PNG files'
        else:
            count = import_masks(args.folder, args.meta, args.out, args.workers, on_video)
            message = f'{args.out}: masks of {count} objects'
    print(message)
    return 0


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

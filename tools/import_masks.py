"""Makes a dataset in MeViS format of your own frames, masks and sentences.

FRAMES       <video>/<frame>.jpg (or .png, .webp, .bmp)
MASKS        <video>/<frame>.png whose pixel values are object ids,
             <video>/<object>/<frame>.png, or a .json file of COCO or YouTube-VIS
SENTENCES    CSV with the columns video,sentence,objects and, if you like, split and tags
OUT          root of the dataset; <OUT>/<split> is written

tools/import_masks.py my/frames my/masks my/sentences.csv data/mine
"""

import argparse
import os
from pathlib import Path

from mevis.boundary.arguments import WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/own_data.md. An interrupted import is resumed.',
    )
    parser.add_argument('frames', type=Path, help='folder of the videos')
    parser.add_argument('masks', type=Path, help='folder of the masks, or a JSON file')
    parser.add_argument('sentences', type=Path, help='CSV table')
    parser.add_argument('out', type=Path, help='root of the dataset')
    parser.add_argument(
        '--split', default='train', help='of rows without a split (default: %(default)s)'
    )
    parser.add_argument(
        '--missing',
        choices=('error', 'skip', 'absent'),
        default='error',
        help='frames without any mask: refuse them, leave them out, or take it that no object is'
        ' visible in them (default: %(default)s)',
    )
    parser.add_argument('--link', action='store_true', help='link frames instead of copying them')
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=min(8, os.cpu_count() or 1),
        help='processes (default: all cores, at most 8)',
    )
    return parser.parse_args()


def main() -> None:
    """Imports."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.datasets.own_masks import import_dataset, open_mask_source, read_sentences
    from mevis.structures.folder_lock import FolderLock

    sentences = read_sentences(args.sentences, args.split)
    source = open_mask_source(args.masks)
    with FolderLock(args.out), Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=None)
        reports = import_dataset(
            args.frames,
            source,
            sentences,
            args.out,
            args.missing,
            args.link,
            args.workers,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    for report in reports:
        kept = f' ({report.kept} videos read before)' if report.kept else ''
        print(
            f'{args.out / report.split}: {report.videos} videos, {report.frames} frames,'
            f' {report.objects} objects, {report.expressions} sentences{kept}'
        )


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

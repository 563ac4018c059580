"""Makes an archive that the evaluation server takes, or checks one.

tools/make_submission.py work_dirs/test --annotations valid/meta_expressions.json --out valid.zip
tools/make_submission.py --check valid.zip --annotations valid/meta_expressions.json
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status: 0 the archive is sound, 2 it is not, or something is missing.',
    )
    parser.add_argument(
        'predictions',
        nargs='?',
        type=Path,
        help='work folder of tools/test.py, or <video>/<expression id>/<frame>.png',
    )
    parser.add_argument(
        '--annotations', type=Path, required=True, help='meta_expressions.json of the split'
    )
    parser.add_argument('--out', type=Path, metavar='ZIP', help='the archive to write')
    parser.add_argument('--check', type=Path, metavar='ZIP', help='only check this archive')
    args = parser.parse_args()
    if (args.check is None) == (args.predictions is None):
        parser.error('name either predictions and --out, or --check ZIP')
    if args.predictions is not None and args.out is None:
        parser.error('--out ZIP is needed')
    return args


def main() -> None:
    """Writes or checks."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.submission import check_submission, outline_of, write_submission

    outline = outline_of(args.annotations)
    if args.check is not None:
        count = check_submission(args.check, outline)
        print(f'{args.check}: sound, {count} masks.')
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=len(outline.records))
        write_submission(
            args.predictions,
            outline,
            args.out,
            lambda done, total: progress.update(task, completed=done),
        )
    masks = sum(1 for _ in outline.entries())
    print(f'{args.out}: {len(outline.records)} videos, {masks} masks, checked against the split.')
    if len(outline.sizes) < len(outline.records):
        print('  Sizes were compared among the masks of a video only: no frames beside the file.')


if __name__ == '__main__':
    run(main)

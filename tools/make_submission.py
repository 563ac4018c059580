"""Makes an archive that the evaluation server takes, or checks one.

tools/make_submission.py work_dirs/test --annotations valid/meta_expressions.json --out valid.zip
tools/make_submission.py --check valid.zip --annotations valid/meta_expressions.json
"""

import argparse
import os
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import FROM_0, WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status: 0 the archive is sound, 1 it is not, 2 something is missing.',
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
    parser.add_argument(
        '--limit',
        type=FROM_0,
        default=20,
        help='faults that are listed (default: %(default)s)',
    )
    parser.add_argument(
        '--workers', type=WORKERS, default=min(8, os.cpu_count() or 1), help='processes'
    )
    args = parser.parse_args()
    if (args.check is None) == (args.predictions is None):
        parser.error('name either predictions and --out, or --check ZIP')
    if args.predictions is not None and args.out is None:
        parser.error('--out ZIP is needed')
    if args.check is not None and args.out is not None:
        parser.error('--check writes nothing: leave out --out')
    return args


def check(args: argparse.Namespace) -> int:
    """Checks an archive; returns the exit status."""
    from mevis.apis.scoring.submission import layout_of_annotations
    from mevis.boundary.terminal import plain
    from mevis.evaluation.submission import check_archive

    layout = layout_of_annotations(args.annotations)
    with progress_bar() as progress:
        task = progress.add_task('checking', total=len(layout))
        problems = check_archive(
            args.check,
            layout,
            args.workers,
            lambda done, total: progress.update(task, completed=done),
        )
    for problem in problems[: args.limit]:
        print(plain(problem))
    if len(problems) > args.limit:
        print(f'… and {len(problems) - args.limit} more (--limit)')
    if problems:
        print(f'{args.check}: the server would not take it: {len(problems)} faults.')
        return 1
    print(f'{args.check}: sound, {sum(video.num_masks for video in layout)} masks.')
    say_what_was_not_compared(layout)
    return 0


def write(args: argparse.Namespace) -> int:
    """Writes an archive; returns the exit status."""
    from mevis.apis.scoring.submission import layout_of_annotations
    from mevis.evaluation.prediction_source import open_predictions, prediction_folders
    from mevis.evaluation.submission import write_archive
    from mevis.structures.atomic_write import check_target

    check_target(args.out, (args.annotations, *prediction_folders(args.predictions)))
    layout = layout_of_annotations(args.annotations)
    predictions = open_predictions(args.predictions, args.annotations)
    with progress_bar() as progress:
        tasks = {
            stage: progress.add_task(stage, total=len(layout)) for stage in ('writing', 'checking')
        }
        write_archive(
            args.out,
            predictions,
            layout,
            args.workers,
            lambda stage, done, total: progress.update(tasks[stage], completed=done),
        )
    masks = sum(video.num_masks for video in layout)
    print(f'{args.out}: {len(layout)} videos, {masks} masks, checked against the split.')
    say_what_was_not_compared(layout)
    return 0


def progress_bar():
    """A bar on the terminal, gone when it is done."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True)


def say_what_was_not_compared(layout: list) -> None:
    """Without frames, a mask's size is compared among those of its video only."""
    unknown = sum(video.size is None for video in layout)
    if unknown:
        print(
            f'{unknown} videos have no frames beside the annotations (JPEGImages): their masks'
            ' were found to have one size, which was not compared with that of the frames.'
        )


def main() -> int:
    """Writes or checks."""
    args = parse_args()
    return check(args) if args.check else write(args)


if __name__ == '__main__':
    run(main)

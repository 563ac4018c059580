"""Checks a dataset: every frame, mask, id and sentence.

Which dataset it is follows from its files, or from --layout.  Prints what it counted and what is
wrong, by file.  Exit status 0: sound; 1: something is wrong; 2: nothing to check.
"""

import argparse
import json
import os
from pathlib import Path

from mevis.boundary.arguments import FROM_0, WORKERS, CommandParser

# Those of mevis.datasets.layouts, which takes seconds to import.
_LAYOUTS = (
    'refcoco',
    'a2d_sentences',
    'jhmdb_sentences',
    'ref_davis',
    'ref_youtube_vos',
    'revos',
    'long_rvos',
    'mevis',
    'youtube_vis',
)


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('root', type=Path, help='folder of the dataset (data_root)')
    parser.add_argument(
        '--layout', choices=_LAYOUTS, help='which dataset it is; default: what its files say'
    )
    parser.add_argument(
        '--split', action='append', help='check this one only (repeatable); default: all'
    )
    parser.add_argument(
        '--fast', action='store_true', help='do not decode frames and masks; minutes become seconds'
    )
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=min(8, os.cpu_count() or 1),
        help='processes (default: all cores, at most 8)',
    )
    parser.add_argument(
        '--limit', type=FROM_0, default=50, help='problems listed per split (default: 50)'
    )
    parser.add_argument('--json', action='store_true', help='print everything as JSON')
    return parser.parse_args()


def check(args: argparse.Namespace) -> list:
    """Checks the splits, with a progress bar on the terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from mevis.datasets.integrity import annotation_files, check_split
    from mevis.datasets.layouts import MEVIS, find_layout
    from mevis.datasets.reader_integrity import check_reader
    from mevis.errors import UserError

    layout, found = find_layout(args.root, args.layout)
    splits = {split.name: split for split in found}
    unknown = set(args.split or ()) - set(splits)
    if unknown:
        raise UserError(
            f'{args.root}: no split {", ".join(sorted(unknown))}; has {", ".join(splits)}.'
        )
    wanted = args.split or list(splits)
    reports = []
    with Progress(console=Console(stderr=True), transient=True) as progress:

        def bar(name: str):
            task = progress.add_task(name, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        for name in wanted:
            if layout != MEVIS:
                options = (layout, args.fast, args.workers, bar(name))
                reports.append(check_reader(args.root, splits[name], *options))
                continue
            # Of a split that has the sentences of v1 and of v2, both.
            for path in annotation_files(args.root / name):
                options = (args.fast, args.workers, bar(name), path)
                reports.append(check_split(path.parent, *options))
    return reports


def print_report(report, limit: int) -> None:
    """Prints counts, a table of what is wrong and one line per problem."""
    from collections import Counter

    from rich.console import Console
    from rich.table import Table

    from mevis.boundary.terminal import literal
    from mevis.datasets.mevis_format import V1_FILE

    console = Console(highlight=False, soft_wrap=True)
    counts = ', '.join(f'{number} {what}' for what, number in report.counts.items())
    name = (
        report.split if report.annotations == V1_FILE else f'{report.split} ({report.annotations})'
    )
    console.print(f'[bold]{literal(name)}[/]: {literal(counts) or "nothing"}')
    for note in report.notes:
        console.print(f'  {literal(note)}')
    levels = {True: '[red]error[/]', False: '[yellow]warning[/]'}
    problems = sorted(report.problems, key=lambda problem: not problem.is_error)
    if problems:
        table = Table('', 'kind', 'number')
        for (is_error, kind), number in Counter((p.is_error, p.kind) for p in problems).items():
            table.add_row(levels[is_error], literal(kind), str(number))
        console.print(table)
    for problem in problems[:limit]:
        text = f'{problem.kind}: {problem.place}: {problem.detail}'
        console.print(f'  {levels[problem.is_error]} {literal(text)}')
    hidden = max(0, len(problems) - limit)
    more = f' ({hidden} not listed, see --limit)' if hidden else ''
    errors = sum(problem.is_error for problem in problems)
    verdict = '[green]sound[/]' if report.sound else f'[red]{errors} errors[/]'
    console.print(f'  {verdict}, {len(problems) - errors} warnings{more}')


def main() -> int:
    """Runs the command."""
    args = parse_args()
    reports = check(args)
    if args.json:
        print(json.dumps([report.to_dict() for report in reports], indent=2))
    else:
        for report in reports:
            print_report(report, args.limit)
    return 0 if all(report.sound for report in reports) else 1


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)

"""Checks a dataset in MeViS format: every frame, mask, id and sentence.

Prints what it counted and what is wrong, by file.  Exit status 0: sound; 1: something is wrong;
2: nothing to check.
"""

import argparse
import json
import os
from pathlib import Path

from mevis.boundary.arguments import FROM_0, WORKERS, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('root', type=Path, help='folder that holds train, valid_u, ...')
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

    from mevis.datasets.integrity import annotation_files, check_split, find_splits
    from mevis.errors import UserError

    splits = find_splits(args.root)
    unknown = set(args.split or ()) - set(splits)
    if unknown:
        raise UserError(
            f'{args.root}: no split {", ".join(sorted(unknown))}; has {", ".join(splits)}.'
        )
    reports = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        wanted = [args.root / split for split in args.split or splits]
        # Of a split that has the sentences of v1 and of v2, both.
        for path in (path for folder in wanted for path in annotation_files(folder)):
            task = progress.add_task(path.parent.name, total=None)
            report = check_split(
                path.parent,
                args.fast,
                args.workers,
                lambda done, total, task=task: progress.update(task, completed=done, total=total),
                path,
            )
            reports.append(report)
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

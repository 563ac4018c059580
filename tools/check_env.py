"""Reports what is installed here and whether the main job can run with it.

Exit status 0 if it can, 1 if something must be fixed first.
"""

import argparse
import json
import sys
from dataclasses import asdict


def parse_args() -> argparse.Namespace:
    """Command line."""
    from mevis.boundary.arguments import CommandParser

    parser = CommandParser(description=__doc__)
    parser.add_argument('--json', action='store_true', help='print the findings as JSON')
    return parser.parse_args()


def print_table(findings: list) -> None:
    """Prints the findings, by rich where it is installed."""
    try:
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table
    except ImportError:
        for finding in findings:
            print(f'{finding.status:5} {finding.name:24} {finding.value}  {finding.mend}')
        return
    colours = {'ok': 'green', 'note': 'yellow', 'fail': 'red'}
    table = Table('', 'what', 'found', 'fix')
    for finding in findings:
        status = f'[{colours[finding.status]}]{finding.status}[/]'
        table.add_row(status, *map(escape, (finding.name, finding.value, finding.mend)))
    Console().print(table)


def main() -> int:
    """Runs the command."""
    try:
        args = parse_args()
        from mevis.environment import examine
    except ImportError as error:
        print(f'{sys.executable} cannot import mevis ({error}): run `make install`, then')
        print('  .venv/bin/python tools/check_env.py')
        return 1
    findings = examine()
    ready = all(finding.status != 'fail' for finding in findings)
    if args.json:
        print(json.dumps({'ready': ready, 'findings': [asdict(f) for f in findings]}, indent=2))
    else:
        print_table(findings)
        print('The main job can run.' if ready else 'Fix what failed, then run this again.')
    return 0 if ready else 1


if __name__ == '__main__':
    sys.exit(main())

"""Lists what configs can name: every registry, its modules and what each is for.

tools/list_modules.py
tools/list_modules.py refiner --arguments
tools/list_modules.py --import my_package.refiners
"""

import argparse
import json

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'registry', nargs='?', help='part of the name of a registry; all of them by default'
    )
    parser.add_argument(
        '--import',
        dest='imports',
        action='append',
        default=[],
        metavar='MODULE',
        help="import a package of your own first, as a config's custom_imports does; repeatable",
    )
    parser.add_argument('--arguments', action='store_true', help="show constructors' arguments")
    parser.add_argument('--json', action='store_true', help='print JSON')
    return parser.parse_args()


def purpose(module: object) -> str:
    """First sentence of the docstring."""
    lines = (getattr(module, '__doc__', None) or '').strip().splitlines()
    return lines[0] if lines else ''


def arguments(module: object) -> str:
    """Arguments of the constructor, with their defaults."""
    import inspect

    parameters = inspect.signature(module).parameters.values()
    shown = [str(one.replace(annotation=inspect.Parameter.empty)) for one in parameters]
    return ', '.join(shown)


def find_modules(wanted: str | None) -> dict[str, dict[str, dict[str, str]]]:
    """Registry -> module -> what is said about it.

    Raises:
        UserError: If no registry is called ``wanted``.
    """
    from mevis import registry
    from mevis.errors import UserError

    known = {
        one.name: one
        for one in vars(registry).values()
        if isinstance(one, registry.Registry) and one.scope == 'mevis'
    }
    chosen = {name: one for name, one in known.items() if wanted is None or wanted in name}
    if not chosen:
        raise UserError(f'{wanted!r} is no registry. Known: {", ".join(sorted(known))}.')
    found = {}
    for name, one in chosen.items():
        one.import_from_location()
        found[name] = {
            key: {
                'purpose': purpose(module),
                'arguments': arguments(module),
                'defined': module.__module__,
            }
            for key, module in sorted(one.module_dict.items())
        }
    return found


def main() -> None:
    """Prints the tables."""
    args = parse_args()
    from mevis.apis.configs.loading import import_modules

    import_modules(args.imports, '--import')
    found = find_modules(args.registry)
    if args.json:
        print(json.dumps(found, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    from mevis.boundary.terminal import literal

    console = Console()
    for name, modules in found.items():
        table = Table('type', 'what it is for', title=name, title_justify='left', expand=True)
        if args.arguments:
            table.add_column('arguments')
        for key, about in modules.items():
            row = [key, about['purpose']]
            if args.arguments:
                row.append(about['arguments'])
            table.add_row(*map(literal, row))
        console.print(table)


if __name__ == '__main__':
    run(main)

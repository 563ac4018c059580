"""The command ``mevis``: ``mevis VERB …`` runs ``tools/VERB.py`` as it stands."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

from mevis.boundary.shipped import shipped_root

_NAMES = """The documentation calls them by their files: python tools/check_dataset.py, also in
tools/analysis, is mevis check-dataset, and configs/NAME.py is mevis::NAME.py.
Pages such as docs/guides/train.md are in the repository."""
_SHORT = {'ls': 'list_configs', 'cp': 'copy_config', 'web': 'web_demo'}


def tools() -> dict[str, Path]:
    """Verb -> file of the tool; words are joined by hyphens."""
    folder = shipped_root() / 'tools'
    files = [*folder.glob('*.py'), *(folder / 'analysis').glob('*.py')]
    return {path.stem.replace('_', '-'): path for path in sorted(files, key=lambda p: p.stem)}


def usage() -> str:
    """The verbs, each with the first line of its tool."""
    lines = ['usage: mevis VERB [arguments]; mevis VERB --help says which', '']
    for verb, path in tools().items():
        short = next((s for s, name in _SHORT.items() if name == path.stem), verb)
        text = path.read_text(encoding='utf-8').partition('"""')[2]
        lines.append(f'  {short:24} {text.splitlines()[0].rstrip(chr(34))}')
    lines += ['', _NAMES]
    return '\n'.join(lines)


def main() -> int:
    """Runs a tool in this process; its arguments are everything after the verb."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ('-h', '--help'):
        print(usage())
        return 0
    if arguments[0] == '--version':
        from mevis import __version__

        print(f'mevis {__version__}')
        return 0
    verb = _SHORT.get(arguments[0], arguments[0]).replace('_', '-')
    path = tools().get(verb)
    if path is None:
        import difflib

        near = difflib.get_close_matches(verb, [*tools(), *_SHORT], n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        print(f'error: mevis has no {verb!r}.{hint} `mevis --help` lists all.', file=sys.stderr)
        return 2
    sys.argv = [f'mevis {arguments[0]}', *arguments[1:]]
    _run_as_main(path)
    return 0


def _run_as_main(path: Path) -> None:
    """As runpy.run_path does, which would put the path in the place of the name in --help."""
    loader = SourceFileLoader('__main__', str(path))
    spec = importlib.util.spec_from_loader('__main__', loader)
    module = importlib.util.module_from_spec(spec)
    module.__spec__ = None  # workers that are spawned import it by its file
    before, sys.modules['__main__'] = sys.modules['__main__'], module
    try:
        loader.exec_module(module)
    finally:
        sys.modules['__main__'] = before


if __name__ == '__main__':
    sys.exit(main())

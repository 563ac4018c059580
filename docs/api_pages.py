"""A MkDocs hook: the API reference holds every name that a package exports.

A page per package is generated from its `__all__`, which is read and not imported; a name that two
packages export stands in the first.
"""

import ast
from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
# What a reader meets first; packages that are not named here follow by name.
FIRST = ('mevis.apis', 'mevis.structures', 'mevis.datasets')
# Modules of single names beside the packages.
MODULES = {
    'mevis.errors': ['UserError'],
    'mevis.registry': ['UnknownModuleError', 'build_checked'],
}


def exported(package: Path) -> list[str]:
    """Names in `__all__` of a package that are not modules themselves."""
    for node in ast.parse((package / '__init__.py').read_text(encoding='utf-8')).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == '__all__' for target in targets):
            names = ast.literal_eval(node.value)
            return [
                name
                for name in names
                if not is_module(name, package) and defined_in_mevis(name, package / '__init__.py')
            ]
    return []


def imports(name: str, source: Path) -> str | None:
    """The module that a name is imported from, if it is."""
    for node in ast.walk(ast.parse(source.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and any(name == part.name for part in node.names):
            return node.module
    return None


def is_module(name: str, package: Path) -> bool:
    """Whether an exported name is a module; a function may be called as its file is."""
    dotted = '.'.join(package.relative_to(ROOT).parts)
    exists = (package / name).is_dir() or (package / f'{name}.py').is_file()
    return exists and imports(name, package / '__init__.py') in (None, dotted)


def defined_in_mevis(name: str, source: Path) -> bool:
    """Whether a name of a module is ours and not one of a library that is passed on."""
    module = imports(name, source)
    if module is None:
        return True
    path = ROOT.joinpath(*module.split('.'))
    inside = path / '__init__.py' if path.is_dir() else path.with_suffix('.py')
    return inside.is_file() and defined_in_mevis(name, inside)


def summary(package: Path) -> str:
    """The first line of a package's docstring."""
    text = ast.get_docstring(ast.parse((package / '__init__.py').read_text(encoding='utf-8')))
    return (text or '').partition('\n')[0]


@cache
def reference() -> dict[str, list[str]]:
    """What each page documents, in the order of the pages."""
    packages = {
        '.'.join(init.parent.relative_to(ROOT).parts): init.parent
        for init in sorted((ROOT / 'mevis').rglob('__init__.py'))
    }
    order = [*FIRST, *(name for name in packages if name not in FIRST)]
    seen: set[str] = set()
    pages = {}
    for package in order:
        names = [name for name in exported(packages[package]) if name not in seen]
        seen.update(names)
        if names:
            pages[package] = names
    return {**pages, **MODULES}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Puts the pages into the navigation, under that of the overview."""
    pages = [{package: f'api/{package}.md'} for package in reference()]
    config.nav = [
        {'API': ['api/index.md', *pages]} if entry == {'API': 'api/index.md'} else entry
        for entry in config.nav
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    for package, names in reference().items():
        folder = ROOT.joinpath(*package.split('.'))
        entries = '\n'.join(
            f'::: {package}.{name}.{name}'
            if (folder / f'{name}.py').is_file()
            else f'::: {package}.{name}'
            for name in names
        )
        content = f'# {package}\n\n{entries}\n'
        files.append(File.generated(config, f'api/{package}.md', content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lists the pages in the overview."""
    if page.file.src_uri != 'api/index.md':
        return markdown
    rows = [
        f'| [`{package}`]({package}.md) | {about} | {", ".join(f"`{name}`" for name in names)} |'
        for package, names in reference().items()
        for about in [_about(package)]
    ]
    return '\n'.join([markdown, '', '| page | | names |', '|---|---|---|', *rows, ''])


def _about(name: str) -> str:
    path = ROOT.joinpath(*name.split('.'))
    if path.is_dir():
        return summary(path)
    text = ast.get_docstring(ast.parse(path.with_suffix('.py').read_text(encoding='utf-8')))
    return (text or '').partition('\n')[0]

"""Who may import whom: the architecture as a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'mevis'
BASIS = {'registry', 'errors', 'boundary', 'structures'}
MAY_IMPORT = {
    '__init__': {'mmcv_fallback'},
    '__main__': {'boundary'},
    'registry': {'errors'},
    'errors': set(),
    'boundary': {'errors'},
    'environment': {'mmcv_fallback'},
    'mmcv_fallback': {'deformable_attention_fallback'},
    'deformable_attention_fallback': set(),
    'structures': {'registry', 'errors', 'boundary'},
    'datasets': BASIS,
    'models': BASIS,
    'refiners': BASIS | {'checkpoints'},
    'track_sources': BASIS | {'checkpoints'},
    'transcribers': BASIS,
    'evaluation': BASIS,
    'visualization': BASIS,
    'checkpoints': BASIS,
    'testing': BASIS,
    'engine': BASIS | {'checkpoints'},
    'apis': BASIS
    | {'environment', 'datasets', 'models', 'refiners', 'evaluation', 'visualization'}
    | {'track_sources', 'transcribers'}
    | {'checkpoints', 'testing', 'engine'},
}
# Inside models: these build on layers and reach one another through the registries only.
MODEL_PARTS = {
    'backbones', 'text_encoders', 'query_initializers', 'mutr', 'dvis', 'track_selector',
    'small_sam',
}  # fmt: skip
# The contract of a slot is what a model and a plug share.
CONTRACTS = {
    'mevis.models.backbones.clip_backbone',
    'mevis.models.text_encoders.base',
    'mevis.models.query_initializers.base',
}
FILES = sorted(PACKAGE.rglob('*.py'))


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything of mevis that is imported, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'line {node.lineno}: imports are absolute'
            for alias in node.names:
                yield node.lineno, f'{node.module}.{alias.name}'


def group_of(name: str) -> str:
    """'mevis.models.mutr.mutr' -> 'models'; 'mevis' -> '__init__'."""
    parts = name.split('.')
    return parts[1] if len(parts) > 1 else '__init__'


def upward_imports(path: Path, source: str) -> list[str]:
    """What the file imports and may not."""
    module = module_name(path)
    own = group_of(module)
    found = []
    for line, name in imports_of(ast.parse(source)):
        if name.split('.')[0] == 'tools':
            found.append(f'{module}:{line} imports {name}')
        if name.split('.')[0] != 'mevis':
            continue
        group = group_of(name)
        if group == '__version__':
            continue
        if group != own and group not in MAY_IMPORT[own]:
            found.append(f'{module}:{line} imports {name}')
        elif own == group == 'models' and crosses_model_parts(module, name):
            found.append(f'{module}:{line} imports {name}: reach it through its registry')
    return found


def crosses_model_parts(module: str, name: str) -> bool:
    own, other = (full.split('.')[2] if full.count('.') > 1 else '' for full in (module, name))
    if any(name.startswith(f'{contract}.') for contract in CONTRACTS):
        return False
    if own == 'layers':
        return other != 'layers'
    return own in MODEL_PARTS and other in MODEL_PARTS and own != other


def test_there_are_files_to_check():
    groups = {group_of(module_name(path)) for path in FILES}
    assert len(FILES) > 40
    assert {'datasets', 'models', 'engine', 'apis', 'structures'} <= groups


def test_every_module_has_a_layer():
    unknown = {group_of(module_name(path)) for path in FILES} - set(MAY_IMPORT)
    assert not unknown, f'no layer is set for {sorted(unknown)}'


def test_no_file_imports_upwards():
    found = [line for path in FILES for line in upward_imports(path, path.read_text())]
    assert not found, '\n'.join(found)


@pytest.mark.parametrize(
    ('file', 'line'),
    [
        ('structures/x.py', 'from mevis.models import MUTR'),
        ('datasets/x.py', 'import mevis.models.layers'),
        ('models/mutr/x.py', 'from mevis.models.dvis.dvis import DVIS'),
        ('models/layers/x.py', 'from mevis.models.mutr.mutr import MUTR'),
        ('models/query_initializers/x.py', 'def f():\n    from mevis.models.mutr import MUTR'),
        ('engine/x.py', 'from mevis.apis.cli import run'),
        ('apis/x.py', 'from tools.train import main'),
    ],
)
def test_what_is_forbidden_is_found(file, line):
    assert len(upward_imports(PACKAGE / file, line)) == 1


@pytest.mark.parametrize(
    ('file', 'line'),
    [
        ('models/mutr/x.py', 'from mevis.models.layers.mlp import MLP'),
        ('models/mutr/x.py', 'from mevis.models.text_encoders.base import TextFeatures'),
        ('models/mutr/x.py', 'from mevis.models.base_segmentor import BaseRefVidSegmentor'),
        ('datasets/x.py', 'from mevis.structures import Expression'),
    ],
)
def test_what_is_allowed_passes(file, line):
    assert upward_imports(PACKAGE / file, line) == []


def test_no_name_says_nothing():
    vague = {'util', 'utils', 'helper', 'helpers', 'common', 'misc'}
    assert [path for path in FILES if vague & {*path.parts, path.stem}] == []


def test_no_file_is_longer_than_one_idea():
    long = {module_name(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 400}
    assert not long

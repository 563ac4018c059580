"""Every config that can be run has a row in the model zoo, and every row a config."""

import hashlib
import re
from pathlib import Path

import pytest
import torch

from mevis.apis.configs.loading import load_config
from mevis.checkpoints.loading import load_into
from mevis.checkpoints.shipped import shipped_sums
from mevis.testing.parity.dvis_recordings import build

ROOT = Path(__file__).resolve().parents[1]
ZOO = ROOT / 'model_zoo.md'
LEAVES = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / 'configs').rglob('*.py')
    if '_base_' not in path.parts
}


def rows() -> list[str]:
    """Table lines that name a config."""
    return [
        line for line in ZOO.read_text().splitlines() if line.startswith('|') and 'configs/' in line
    ]


def test_there_are_configs_and_rows():
    assert LEAVES
    assert rows()


def test_every_config_has_a_row():
    named = {name for row in rows() for name in re.findall(r'configs/[\w/]+\.py', row)}
    assert LEAVES - named == set()


def test_every_row_has_a_config():
    named = {name for row in rows() for name in re.findall(r'configs/[\w/]+\.py', row)}
    assert named - LEAVES == set()


@pytest.mark.parametrize('path', sorted(LEAVES))
def test_config_opens_with_what_it_is_and_its_command(path):
    head = (ROOT / path).read_text().lstrip()
    assert head.startswith(('"""', "'''", '#')), f'{path} does not say what it is'
    opening = head.split('_base_ =')[0]
    tools = ('train', 'test', 'extract_instance_masks')
    assert any(f'tools/{tool}.py {path}' in opening for tool in tools), (
        f'{path} does not open with the command that runs it'
    )


def test_checksums_are_those_of_the_shipped_weights():
    named = dict(re.findall(r'`(weights/[\w.]+)`, sha256 `(\w{64})`', ZOO.read_text()))
    assert {path.name for path in (ROOT / 'weights').glob('*.safetensors')} == {
        Path(name).name for name in named
    }
    assert {Path(name).name: checksum for name, checksum in named.items()} == shipped_sums()
    for name, checksum in named.items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == checksum


@pytest.mark.parametrize(
    'path', sorted((ROOT / 'weights').glob('*.safetensors')), ids=lambda path: path.stem
)
def test_shipped_weights_are_of_the_config_of_their_name(path):
    cfg = load_config(ROOT / f'configs/{path.stem}.py')
    model = build(cfg.model)
    load_into(model, path)
    assert all(torch.isfinite(weight).all() for weight in model.state_dict().values())

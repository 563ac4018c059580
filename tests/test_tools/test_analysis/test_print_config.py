"""tools/analysis/print_config.py as a user runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def config(tmp_path) -> Path:
    (tmp_path / 'base.py').write_text("model = dict(type='Base', parts=[dict(size=1)])\n")
    leaf = tmp_path / 'leaf.py'
    leaf.write_text("_base_ = ['base.py']\nmodel = dict(type='Leaf')\n")
    return leaf


def print_config(*args: object) -> subprocess.CompletedProcess:
    command = [sys.executable, 'tools/analysis/print_config.py', *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_bases_are_merged(config):
    printed = print_config(config).stdout
    assert "type='Leaf'" in printed
    assert 'size=1' in printed


def test_one_key_after_an_override(config):
    done = print_config(
        config, '--key', 'model.parts.0.size', '--cfg-options', 'model.parts.0.size=3'
    )
    assert done.stdout.strip() == '3', done.stderr


def test_unknown_key_names_the_nearest(config):
    done = print_config(config, '--key', 'modle')
    assert done.returncode == 2
    assert "Did you mean 'model'" in done.stderr
    assert 'Traceback' not in done.stderr

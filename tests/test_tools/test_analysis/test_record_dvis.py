"""Recording new cases of the official code, and holding ours against them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / 'tools/analysis'


def start(tool: str, *args: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(TOOLS / tool), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
def test_ours_equals_cases_that_nobody_has_seen(tmp_path, parity_folder):
    root = os.environ.get('MEVIS_OFFICIAL_DVIS')
    if root is None:
        pytest.skip('MEVIS_OFFICIAL_DVIS names no checkouts of the official DVIS and detectron2')
    out = tmp_path / 'recordings'
    done = start('record_dvis.py', '--official-root', root, '--seed', '3', out)
    assert done.returncode == 0, done.stderr
    kinds = {
        c['config']['meta_architecture']
        for c in json.loads((out / 'index.json').read_text()).values()
    }
    assert kinds == {'MinVIS', 'DVIS_online', 'DVIS_offline'}
    done = start('check_parity.py', 'dvis', out)
    assert done.returncode == 0, done.stdout


def test_what_is_there_is_not_overwritten(tmp_path):
    (tmp_path / 'index.json').write_text('{}')
    done = start('record_dvis.py', '--official-root', tmp_path, tmp_path)
    assert done.returncode == 2
    assert done.stderr == f'error: {tmp_path}: not empty. Choose another folder.\n'


def test_an_absent_checkout_is_named(tmp_path, parity_folder):
    done = start('record_dvis.py', '--official-root', tmp_path / 'none', tmp_path / 'out')
    assert done.returncode == 2
    assert 'no dvis/meta_architecture.py there' in done.stderr
    assert not (tmp_path / 'out').exists()


def test_an_absent_weight_rule_is_named(tmp_path):
    arguments = ['--official-root', tmp_path, '--recordings', tmp_path, tmp_path / 'out']
    done = start('record_dvis.py', *arguments)
    assert done.returncode == 2
    assert 'weight_rule.json: absent. Name the folder' in done.stderr

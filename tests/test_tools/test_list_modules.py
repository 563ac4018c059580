"""tools/list_modules.py as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def list_modules(*args: str) -> subprocess.CompletedProcess:
    command = [sys.executable, 'tools/list_modules.py', *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_every_module_says_what_it_is_for():
    found = json.loads(list_modules('--json').stdout)
    assert len(found) >= 12
    assert 'GlobalFrameSampler' in found['frame sampler']
    silent = [
        name for modules in found.values() for name, one in modules.items() if not one['purpose']
    ]
    assert silent == []


def test_one_registry_with_arguments():
    done = list_modules('frame', '--arguments')
    assert done.returncode == 0
    assert 'num_frames' in done.stdout
    assert 'MeViSDataset' not in done.stdout


def test_unknown_registry_is_one_line():
    done = list_modules('refinerr')
    assert done.returncode == 2
    assert "'refinerr' is no registry" in done.stderr
    assert 'Traceback' not in done.stderr

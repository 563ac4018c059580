"""tools/list_modules.py as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def list_modules(*args: str, path: Path = ROOT) -> subprocess.CompletedProcess:
    command = [sys.executable, 'tools/list_modules.py', *args]
    env = {**os.environ, 'PYTHONPATH': f'{path}{os.pathsep}{ROOT}'}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env)


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


def test_modules_of_another_package_are_imported_and_listed():
    toy = ROOT / 'tests/data/toy_project'
    done = list_modules('refiner', '--import', 'toy_refiner', '--json', path=toy)
    found = json.loads(done.stdout)['refiner']
    assert 'toy_refiner' in {one['defined'] for one in found.values()}


def test_a_package_that_is_not_there_is_named():
    done = list_modules('--import', 'no_such_package')
    assert done.returncode == 2
    assert '--import: ' in done.stderr
    assert 'no_such_package' in done.stderr

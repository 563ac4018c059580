"""tools/install_ops.py without compiling: what it would run, and what it refuses."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def dry_run(cache: Path, **variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, 'tools/install_ops.py', '--dry-run', '--jobs', '2']
    environment = {**os.environ, 'XDG_CACHE_HOME': str(cache), 'CXX': sys.executable, **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_builds_against_the_installed_torch_and_keeps_the_wheel(tmp_path):
    done = dry_run(tmp_path)
    assert done.returncode == 0, done.stderr
    build = next(line for line in done.stdout.splitlines() if ' wheel --verbose' in line)
    assert '--no-build-isolation' in build
    assert '--no-cache-dir' in build
    assert 'MAX_JOBS=2' in build
    assert "'setuptools>=80,<81'" in done.stdout
    assert '-std=c++17 becomes -std=c++20' in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_in_the_cache_is_installed_at_once(tmp_path):
    planned = dry_run(tmp_path).stdout
    folder = Path(re.search(r"'(\S+)/\*\.whl'", planned)[1])
    assert folder.is_relative_to(tmp_path)
    import torch

    assert f'torch{torch.__version__}' in folder.name
    folder.mkdir(parents=True)
    (folder / 'onedl_mmcv-2.3.6.whl').touch()
    done = dry_run(tmp_path, CXX='no-such-compiler')
    assert done.returncode == 0, done.stderr
    assert ' wheel ' not in done.stdout
    assert str(folder / 'onedl_mmcv-2.3.6.whl') in done.stdout


def test_without_a_compiler_it_says_so_first(tmp_path):
    done = dry_run(tmp_path, CXX='no-such-compiler')
    assert done.returncode == 2
    assert 'no C++ compiler (no-such-compiler)' in done.stderr
    assert done.stdout == ''

"""tools/analysis/check_parity.py as a user runs it."""

import shutil
import subprocess
import sys

import pytest
from safetensors.torch import load_file, save_file

pytestmark = pytest.mark.slow


def check(repo_root, folder):
    command = [sys.executable, 'tools/analysis/check_parity.py', 'mutr', str(folder)]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True)


def test_a_case_that_differs_is_reported_beside_one_that_does_not(
    repo_root, parity_folder, tmp_path
):
    source = parity_folder / 'mutr' / 'mti.safetensors'
    shutil.copyfile(source, tmp_path / 'mti_same.safetensors')
    tensors = load_file(source)
    key = next(key for key in tensors if key.startswith('eval_'))
    save_file({**tensors, key: tensors[key] * 1.001}, tmp_path / 'mti_changed.safetensors')
    done = check(repo_root, tmp_path)
    assert done.returncode == 1, done.stderr
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if 'mti_' in line}
    assert 'equal' in lines['mti_same']
    assert 'differs' in lines['mti_changed']
    assert key in lines['mti_changed']
    assert '1 of 2 cases are equal' in done.stdout


def test_nothing_to_compare_is_refused_in_one_line(repo_root, tmp_path):
    for folder, message in ((tmp_path, 'no recordings'), (tmp_path / 'absent', 'no such folder')):
        done = check(repo_root, folder)
        assert done.returncode == 2
        assert message in done.stderr
        assert str(folder) in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1

"""tools/convert_checkpoint.py as a user runs it."""

import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

pytestmark = pytest.mark.slow


def convert(repo_root, *args):
    command = [sys.executable, 'tools/convert_checkpoint.py', *map(str, args)]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True)


def test_there_and_back(repo_root, tmp_path):
    state = {
        'class_heads.0.weight': torch.randn(65, 4),
        'box_heads.0.layers.0.weight': torch.randn(4, 4),
    }
    save_file(state, tmp_path / 'ours.safetensors')
    official = tmp_path / 'official.pth'
    done = convert(repo_root, 'mutr', tmp_path / 'ours.safetensors', official, '--inverse')
    assert done.returncode == 0, done.stderr
    assert f'{official}: 3 tensors.' in done.stdout
    done = convert(repo_root, 'mutr', official, tmp_path / 'again.safetensors')
    assert done.returncode == 0, done.stderr
    assert 'left out: 1 (another name of bbox_embed)' in done.stdout
    again = load_file(tmp_path / 'again.safetensors')
    assert set(again) == set(state)
    assert all(torch.equal(again[key], state[key]) for key in state)


def test_a_mistake_is_one_line(repo_root, tmp_path):
    torch.save({'model': {'head.weight': torch.zeros(1)}}, tmp_path / 'other.pth')
    done = convert(repo_root, 'mutr', tmp_path / 'other.pth', tmp_path / 'ours.pth')
    assert done.returncode == 2
    assert 'Is it a checkpoint of another model?' in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / 'ours.pth').exists()

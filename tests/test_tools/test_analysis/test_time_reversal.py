"""tools/analysis/time_reversal.py as a user runs it."""

import json
import os
import subprocess
import sys

import pytest
import torch

from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow
CONFIG = 'tests/data/toy_project/toy_val_config.py'


def measure(repo_root, *args):
    command = [sys.executable, 'tools/analysis/time_reversal.py', *map(str, args)]
    env = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join([str(repo_root / 'tests/data/toy_project'), str(repo_root)]),
    }
    env |= {'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
    return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)


def toy_weights(repo_root, folder):
    sys.path.insert(0, str(repo_root / 'tests/data/toy_project'))
    try:
        from toy_segmentor import ToySegmentor
    finally:
        sys.path.pop(0)
    torch.manual_seed(0)
    torch.save({'state_dict': ToySegmentor().state_dict()}, folder / 'toy.pth')
    return folder / 'toy.pth'


def test_a_table_and_a_file(repo_root, tmp_path):
    write_tiny_mevis(tmp_path / 'data', 'valid_u')
    weights, out = toy_weights(repo_root, tmp_path), tmp_path / 'table.json'
    args = ['--split', 'valid_u', '--videos', 1, '--out', out, '--cfg-options']
    root = f'test_dataloader.dataset.data_root={tmp_path / "data"}'
    done = measure(repo_root, CONFIG, weights, *args, root)
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'IoU, reversed' in done.stdout
    written = json.loads(out.read_text())
    assert written['overall']['number'] == 4
    assert {answer['video'] for answer in written['answers']} == {'bird'}
    # The toy sees single frames, and the mean over all of them.
    assert written['overall']['reversed']['iou'] > 0.95


def test_a_mistake_is_one_line(repo_root, tmp_path):
    weights = toy_weights(repo_root, tmp_path)
    done = measure(repo_root, CONFIG, weights, '--synthetic', 0)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "argument --synthetic: '0' must be" in done.stderr.strip().splitlines()[-1]
    assert 'Traceback' not in done.stderr

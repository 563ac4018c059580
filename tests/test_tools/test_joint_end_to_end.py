"""The joint training by its config: training, validation, checkpoint, test on images."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.evaluation.score_file import read_figures
from mevis.testing.tiny_davis import write_tiny_davis
from mevis.testing.tiny_ref_youtube_vos import write_tiny_ref_youtube_vos
from mevis.testing.tiny_refcoco import write_tiny_refcoco

pytestmark = pytest.mark.slow
CONFIG = 'tests/data/toy_project/small_joint_config.py'


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    root = tmp_path / 'data'
    for name in ('refcoco', 'refcoco+', 'refcocog'):
        write_tiny_refcoco(root, name)
    write_tiny_ref_youtube_vos(root)
    write_tiny_davis(root)
    return root


def run(repo_root: Path, *arguments: object) -> None:
    command = [sys.executable, *map(str, arguments)]
    env = {**os.environ, 'PYTHONPATH': str(repo_root), 'OMP_NUM_THREADS': '1'}
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_joint_training_and_a_test_on_images(repo_root: Path, data_root: Path, tmp_path: Path):
    work_dir, out = tmp_path / 'work', tmp_path / 'scores.json'
    roots = [f'train_dataloader.dataset.datasets.{part}.data_root={data_root}' for part in range(4)]
    roots += [f'{part}_dataloader.dataset.data_root={data_root}' for part in ('val', 'test')]
    shares = 'train_dataloader.dataset.shares=[1,1,1,3]'
    options = ('--cfg-options', *roots, shares)
    run(repo_root, 'tools/train.py', CONFIG, '--work-dir', work_dir, *options)
    (scalars,) = work_dir.glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in scalars.read_text().splitlines()]
    losses = [entry['loss'] for entry in entries if 'loss' in entry]
    assert len(losses) == 4
    assert all(map(math.isfinite, losses))
    assert any('J&F' in entry for entry in entries)  # of Ref-DAVIS17
    weights = work_dir / 'iter_4.pth'
    options = ('--work-dir', tmp_path / 'test', '--out', out, '--cfg-options', *roots)
    run(repo_root, 'tools/test.py', CONFIG, weights, *options)
    scores = read_figures(out)
    assert set(scores) == {'cIoU', 'mIoU', *(f'P@0.{digit}' for digit in range(5, 10))}
    assert all(0 <= value <= 100 for value in scores.values())
    assert len(list((tmp_path / 'test/predictions/videos').glob('*.json'))) == 2

"""A2D- and JHMDB-Sentences by their configs: training, validation, checkpoint, test."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.evaluation.score_file import read_figures
from mevis.testing.tiny_a2d_sentences import write_tiny_a2d_sentences
from mevis.testing.tiny_jhmdb_sentences import write_tiny_jhmdb_sentences

pytestmark = pytest.mark.slow
CONFIG = 'tests/data/toy_project/small_jhmdb_config.py'
FIGURES = {'mAP', 'AP50', 'AP75', 'cIoU', 'mIoU', *(f'P@0.{digit}' for digit in range(5, 10))}


def run(repo_root: Path, *arguments: object) -> None:
    command = [sys.executable, *map(str, arguments)]
    env = {**os.environ, 'PYTHONPATH': str(repo_root), 'OMP_NUM_THREADS': '1'}
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_training_on_one_and_a_test_on_the_other(repo_root: Path, tmp_path: Path):
    write_tiny_a2d_sentences(tmp_path / 'a2d')
    write_tiny_jhmdb_sentences(tmp_path / 'jhmdb')
    work_dir, out = tmp_path / 'work', tmp_path / 'scores.json'
    roots = [f'{part}_dataloader.dataset.data_root={tmp_path}/a2d' for part in ('train', 'val')]
    roots.append(f'test_dataloader.dataset.data_root={tmp_path}/jhmdb')
    run(repo_root, 'tools/train.py', CONFIG, '--work-dir', work_dir, '--cfg-options', *roots)
    (scalars,) = work_dir.glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in scalars.read_text().splitlines()]
    losses = [entry['loss'] for entry in entries if 'loss' in entry]
    assert len(losses) == 3
    assert all(map(math.isfinite, losses))
    (validated,) = [entry for entry in entries if 'mAP' in entry]
    assert validated.keys() >= FIGURES
    weights = work_dir / 'iter_3.pth'
    options = ('--work-dir', tmp_path / 'test', '--out', out, '--cfg-options', *roots)
    run(repo_root, 'tools/test.py', CONFIG, weights, *options)
    scores = read_figures(out)
    assert set(scores) == FIGURES
    assert all(0 <= value <= 100 for value in scores.values())
    assert len(list((tmp_path / 'test/predictions/videos').rglob('*.json'))) == 4

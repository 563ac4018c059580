"""tools/analysis/ablation.py as a user runs it, with a toy model: run, resumed, reported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from safetensors.torch import save_file

from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow


def ablation(repo_root: Path, plan: Path, *arguments, check: bool = True):
    command = [sys.executable, 'tools/analysis/ablation.py', str(plan)]
    command += ['--work-dir', str(plan.parent / 'work'), *map(str, arguments)]
    toy = repo_root / 'tests/data/toy_project'
    env = {**os.environ, 'PYTHONPATH': f'{toy}{os.pathsep}{repo_root}', 'OMP_NUM_THREADS': '1'}
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    if check:
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


@pytest.fixture
def plan(repo_root, tmp_path, monkeypatch) -> Path:
    """A trained row, one that tests its weights in another way, and one without training."""
    monkeypatch.syspath_prepend(repo_root / 'tests/data/toy_project')
    from toy_segmentor import ToySegmentor

    write_tiny_mevis(tmp_path / 'data')
    save_file(ToySegmentor().state_dict(), tmp_path / 'start.safetensors')
    parts = ('train', 'val', 'test')
    data = {f'{part}_dataloader.dataset.data_root': str(tmp_path / 'data') for part in parts}
    content = {
        'config': 'tests/data/toy_project/toy_val_config.py',
        'start': str(tmp_path / 'start.safetensors'),
        'reference': 'slow',
        'test_videos': 1,
        'options': {**data, 'train_cfg.max_iters': 4, 'train_cfg.val_begin': 9},
        'rows': {
            'slow': {'what': 'a small rate', 'options': {'optim_wrapper.optimizer.lr': 1e-4}},
            'late': {'what': 'the same', 'of': 'slow', 'options': {'model.dropout': 0.5}},
            'start': {'what': 'no training', 'trained': False},
        },
    }
    path = tmp_path / 'plan.yaml'
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_rows_are_run_compared_and_resumed(repo_root, plan):
    first = ablation(repo_root, plan, '--rows', 'slow', 'late')
    work = plan.parent / 'work'
    weights = work / 'slow/seed_0/train/iter_4.pth'
    written = weights.stat().st_mtime_ns
    assert not (work / 'late/seed_0/train').exists()
    assert 'late' in first.stdout
    assert (work / 'chart.png').read_bytes()[:4] == b'\x89PNG'
    figures = json.loads((work / 'figures.json').read_text())['rows']
    assert figures['slow']['figures']['all']['sentences'] == 4
    assert figures['slow']['figures']['all']['difference'] is None
    # Dropout does nothing in a test, so the same weights give the same answers.
    late = figures['late']['figures']['all']
    assert (late['mean'], late['difference']) == (figures['slow']['figures']['all']['mean'], 0)

    # Cut off before the test of a row: the training is not repeated.
    (work / 'slow/seed_0/test/scores.json').unlink()
    ablation(repo_root, plan, '--rows', 'slow', 'start')
    assert weights.stat().st_mtime_ns == written
    before = (work / 'figures.json').read_text()
    assert set(json.loads(before)['rows']) == {'slow', 'start'}
    ablation(repo_root, plan, '--rows', 'slow', 'start', '--report-only')
    assert (work / 'figures.json').read_text() == before


def test_other_settings_in_the_same_folder_are_refused(repo_root, plan):
    ablation(repo_root, plan, '--rows', 'start')
    content = yaml.safe_load(plan.read_text())
    content['rows']['start']['options'] = {'model.dropout': 0.1}
    plan.write_text(yaml.safe_dump(content, sort_keys=False))
    done = ablation(repo_root, plan, '--rows', 'start', check=False)
    assert done.returncode == 2
    assert 'config.py: made with other settings' in done.stderr


def test_a_row_that_fails_names_its_log(repo_root, plan):
    content = yaml.safe_load(plan.read_text())
    content['rows']['slow']['options'] = {'train_dataloader.dataset.split': 'absent'}
    plan.write_text(yaml.safe_dump(content, sort_keys=False))
    done = ablation(repo_root, plan, '--rows', 'slow', check=False)
    assert done.returncode == 2
    assert 'train.log: tools/train.py failed. error: ' in done.stderr
    nothing = ablation(repo_root, plan, '--report-only', check=False)
    assert 'no row has been run' in nothing.stderr

"""tools/train.py as a user runs it: in a process of its own, killed and resumed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp('data')
    write_tiny_mevis(root)
    return root


def train(repo_root, data_root, work_dir, *options, args=(), config='toy_config.py', check=True):
    toy = repo_root / 'tests/data/toy_project'
    command = [sys.executable, 'tools/train.py', str(toy / config), '--work-dir', str(work_dir)]
    command += [*args, '--cfg-options', f'train_dataloader.dataset.data_root={data_root}', *options]
    env = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join([str(toy), str(repo_root)]),
        'OMP_NUM_THREADS': '1',
    }
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    if check:
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


def losses(work_dir: Path) -> dict[int, tuple[float, float]]:
    """Iteration -> (loss, gradient norm) as logged; a repeated iteration must repeat its value."""
    values: dict[int, tuple[float, float]] = {}
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if 'loss' in entry:
                value = (entry['loss'], entry.get('grad_norm'))
                assert values.setdefault(entry['step'], value) == value, entry['step']
    return values


@pytest.fixture(scope='module')
def uninterrupted(data_root, tmp_path_factory, repo_root) -> dict[int, tuple[float, float]]:
    work_dir = tmp_path_factory.mktemp('uninterrupted')
    train(repo_root, data_root, work_dir)
    values = losses(work_dir)
    assert sorted(values) == list(range(1, 13))
    assert len({value for value, _ in values.values()}) == 12
    return values


# Accumulation is 3 and checkpoints come every 2 iterations: all phases of a window are met.
@pytest.mark.parametrize(
    ('iteration', 'workers', 'while_saving'),
    [(1, 0, False), (5, 2, False), (8, 0, True), (2, 0, True)],
)
def test_killed_and_resumed_training_repeats_its_losses(
    uninterrupted, repo_root, data_root, tmp_path, iteration, workers, while_saving
):
    work_dir = tmp_path / 'work'
    killer = [
        'default_hooks.killer.type=KillerHook',
        f'default_hooks.killer.iteration={iteration}',
        f'default_hooks.killer.while_saving={while_saving}',
        f'train_dataloader.num_workers={workers}',
    ]
    killed = train(repo_root, data_root, work_dir, *killer, check=False)
    assert killed.returncode == -9, killed.stderr[-2000:]
    # As many workers as it likes: they have no say in what is drawn.
    train(repo_root, data_root, work_dir, args=['--resume'])
    assert losses(work_dir) == uninterrupted


def test_weights_after_a_resume_are_those_of_an_uninterrupted_training(
    repo_root, data_root, tmp_path
):
    import torch

    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    train(repo_root, data_root, whole)
    train(repo_root, data_root, parts, 'train_cfg.max_iters=12', args=['--resume'])
    (parts / 'last_checkpoint').write_text(str(parts / 'iter_10.pth'))
    (parts / 'iter_12.pth').unlink()
    train(repo_root, data_root, parts, args=['--resume'])
    states = [torch.load(path / 'iter_12.pth', weights_only=True) for path in (whole, parts)]
    for part in ('state_dict', 'ema_state_dict'):
        first, second = (state[part] for state in states)
        assert first.keys() == second.keys()
        assert all(torch.equal(first[key], second[key]) for key in first), part


def test_a_small_mutr_killed_and_resumed_repeats_its_losses(repo_root, data_root, tmp_path):
    options = ['train_cfg.max_iters=6']
    config = 'small_mutr_config.py'
    train(repo_root, data_root, tmp_path / 'whole', *options, config=config)
    killer = ['default_hooks.killer.type=KillerHook', 'default_hooks.killer.iteration=5']
    parts = tmp_path / 'parts'
    train(repo_root, data_root, parts, *options, *killer, config=config, check=False)
    train(repo_root, data_root, parts, *options, config=config, args=['--resume'])
    assert losses(parts) == losses(tmp_path / 'whole')
    assert len(losses(parts)) == 6


@pytest.fixture
def train_on_two(repo_root, data_root):
    toy = repo_root / 'tests/data/toy_project'

    def start(work_dir, *options, args=()):
        command = [str(repo_root / 'tools/dist_train.sh'), str(toy / 'toy_config.py'), '2']
        command += ['--work-dir', str(work_dir), *args, '--cfg-options']
        command += [f'train_dataloader.dataset.data_root={data_root}', *options]
        env = {
            **os.environ,
            'PYTHONPATH': os.pathsep.join([str(toy), str(repo_root)]),
            'OMP_NUM_THREADS': '1',
            'PYTHON': sys.executable,
            'CUDA_VISIBLE_DEVICES': '',
        }
        return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)

    return start


def test_two_processes_learn_what_one_learns_with_accumulation(
    repo_root, data_root, tmp_path, train_on_two
):
    import torch

    # The clips of an update follow from their numbers; dropout from the rank and the iteration.
    options = ['model.dropout=0.0', 'param_scheduler.0.milestones=[100]']
    options += ['default_hooks.checkpoint.interval=1']
    one, two = tmp_path / 'one', tmp_path / 'two'
    accumulate = ['optim_wrapper.accumulative_counts=2', 'train_cfg.max_iters=8']
    train(repo_root, data_root, one, *options, *accumulate)
    at_once = ['optim_wrapper.accumulative_counts=1', 'train_cfg.max_iters=4']
    done = train_on_two(two, *options, *at_once)
    assert done.returncode == 0, done.stderr[-3000:]
    last = one / 'iter_8.pth', two / 'iter_4.pth'
    # The checkpoint's `state_dict` is the average, which counts iterations; here are the weights.
    first, second = (torch.load(path, weights_only=True)['ema_state_dict'] for path in last)
    weights = [key for key in first if key.startswith('module.')]
    assert len(weights) == 4
    for key in weights:
        torch.testing.assert_close(second[key], first[key], rtol=0, atol=1e-6)


def test_two_processes_resume_to_the_last_bit(tmp_path, train_on_two):
    whole = train_on_two(tmp_path / 'whole')
    assert whole.returncode == 0, whole.stderr[-3000:]
    killer = ['default_hooks.killer.type=KillerHook', 'default_hooks.killer.iteration=5']
    assert train_on_two(tmp_path / 'parts', *killer).returncode != 0
    resumed = train_on_two(tmp_path / 'parts', args=['--resume'])
    assert resumed.returncode == 0, resumed.stderr[-3000:]
    assert losses(tmp_path / 'parts') == losses(tmp_path / 'whole')
    assert len(losses(tmp_path / 'whole')) == 12


def test_an_earlier_training_is_not_overwritten(repo_root, data_root, tmp_path):
    train(repo_root, data_root, tmp_path, 'train_cfg.max_iters=2')
    again = train(repo_root, data_root, tmp_path, check=False)
    assert again.returncode == 2
    assert '--resume' in again.stderr
    assert 'Traceback' not in again.stderr


def test_mixed_precision_on_any_device(repo_root, data_root, tmp_path):
    options = {'config': 'small_mutr_config.py', 'args': ['--amp']}
    train(repo_root, data_root, tmp_path, 'train_cfg.max_iters=2', **options)
    assert len(losses(tmp_path)) == 2


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        (['optim_wraper.optimizer.lr=1e-5'], ['optim_wraper', 'optim_wrapper']),
        (['train_dataloader.dataset.split=trian'], ['trian']),
        (['load_from=nowhere.pth'], ['nowhere.pth', 'check the path']),
    ],
)
def test_a_mistake_is_one_line_without_traceback(repo_root, data_root, tmp_path, options, expected):
    done = train(repo_root, data_root, tmp_path, *options, check=False)
    message = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    assert message.startswith('error: ')
    for word in expected:
        assert word in message, message

"""tools/test.py as a user runs it: killed, run again, refused, on two processes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from mevis.evaluation.score_file import read_score_file
from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow
CONFIG = 'tests/data/toy_project/toy_val_config.py'


@pytest.fixture(scope='module')
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp('data')
    write_tiny_mevis(root)
    write_tiny_mevis(root, 'valid', truth=False)
    return root


@pytest.fixture(scope='module')
def weights(tmp_path_factory, repo_root) -> Path:
    """Weights of the toy model, made without training."""
    sys.path.insert(0, str(repo_root / 'tests/data/toy_project'))
    try:
        from toy_segmentor import ToySegmentor
    finally:
        sys.path.pop(0)
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('weights') / 'toy.pth'
    torch.save({'state_dict': ToySegmentor().state_dict()}, path)
    return path


def run_test(repo_root, data_root, weights, work_dir, *options, args=(), processes=1):
    start = [sys.executable, 'tools/test.py', CONFIG, str(weights)]
    if processes > 1:
        start = ['tools/dist_test.sh', CONFIG, str(weights), str(processes)]
    command = [*start, '--work-dir', str(work_dir), *args, '--cfg-options']
    command += [f'test_dataloader.dataset.data_root={data_root}', *options]
    env = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join([str(repo_root / 'tests/data/toy_project'), str(repo_root)]),
        'PYTHON': sys.executable,
        'OMP_NUM_THREADS': '1',
        'CUDA_VISIBLE_DEVICES': '',
    }
    return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


@pytest.fixture(scope='module')
def whole(repo_root, data_root, weights, tmp_path_factory) -> Path:
    """The work folder of a test that ran through."""
    work_dir = tmp_path_factory.mktemp('whole')
    args = ['--out', str(work_dir / 'scores.json')]
    done = run_test(repo_root, data_root, weights, work_dir, args=args)
    assert done.returncode == 0, done.stderr[-3000:]
    return work_dir


def test_scores_are_printed_and_written(whole):
    scores = read_score_file(whole / 'scores.json')
    assert {'J', 'F', 'J&F'} <= set(scores.figures)
    assert all(0 <= scores.figures[key] <= 100 for key in ('J', 'F', 'J&F'))
    rows = [scores for video in scores.videos.values() for scores in video.values()]
    assert scores.figures['J'] == pytest.approx(
        100 * sum(row.similarity for row in rows) / len(rows)
    )


def test_a_killed_test_does_what_is_missing(repo_root, data_root, weights, whole, tmp_path):
    killer = ['default_hooks.killer.type=KillerHook', 'default_hooks.killer.iteration=1']
    killed = run_test(repo_root, data_root, weights, tmp_path, *killer)
    assert killed.returncode == -9, killed.stderr[-3000:]
    out = tmp_path / 'scores.json'
    again = run_test(repo_root, data_root, weights, tmp_path, args=['--out', str(out)])
    assert again.returncode == 0, again.stderr[-3000:]
    assert '1 videos are done already' in again.stdout
    assert files(tmp_path / 'predictions') == files(whole / 'predictions')
    assert out.read_bytes() == (whole / 'scores.json').read_bytes()


def test_a_finished_test_run_again_gives_the_same_scores(
    repo_root, data_root, weights, whole, tmp_path
):
    before = files(whole / 'predictions')
    out = tmp_path / 'scores.json'
    again = run_test(repo_root, data_root, weights, whole, args=['--out', str(out)])
    assert again.returncode == 0, again.stderr[-3000:]
    assert out.read_bytes() == (whole / 'scores.json').read_bytes()
    assert files(whole / 'predictions') == before


def test_answers_of_another_checkpoint_are_not_mixed_in(
    repo_root, data_root, weights, whole, tmp_path
):
    other = tmp_path / 'other.pth'
    state = torch.load(weights, weights_only=True)
    state['state_dict']['backbone.bias'] += 1
    torch.save(state, other)
    done = run_test(repo_root, data_root, other, whole)
    assert done.returncode == 2
    assert 'checkpoint' in done.stderr.splitlines()[-1]
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize('processes', [2, 3])  # of two videos: with three, one has nothing to do
def test_several_processes_give_what_one_gives(
    repo_root, data_root, weights, whole, tmp_path, processes
):
    args = ['--out', str(tmp_path / 'scores.json')]
    done = run_test(repo_root, data_root, weights, tmp_path, args=args, processes=processes)
    assert done.returncode == 0, done.stderr[-3000:]
    assert files(tmp_path / 'predictions') == files(whole / 'predictions')
    assert (tmp_path / 'scores.json').read_bytes() == (whole / 'scores.json').read_bytes()


def test_shards_and_a_merge_give_what_one_job_gives(repo_root, data_root, weights, whole, tmp_path):
    out = tmp_path / 'scores.json'

    def shard(number):
        args = ['--shard', f'{number}/3', '--out', str(out)]
        return run_test(repo_root, data_root, weights, tmp_path, args=args)

    with ThreadPoolExecutor() as threads:  # at the same time, in one folder
        for number, done in enumerate(threads.map(shard, (1, 2, 3)), 1):
            assert done.returncode == 0, done.stderr[-3000:]
            assert f'shard {number}/3 is done' in done.stdout
            assert f'shard {number}/3: {0 if number == 3 else 1} videos' in done.stdout
    assert not out.exists()
    again = shard(1)
    assert again.returncode == 0, again.stderr[-3000:]
    assert '1 of them are done already' in again.stdout
    merge = run_test(repo_root, data_root, weights, tmp_path, args=['--out', str(out)])
    assert merge.returncode == 0, merge.stderr[-3000:]
    assert '2 videos are done already' in merge.stdout
    assert files(tmp_path / 'predictions') == files(whole / 'predictions')
    assert out.read_bytes() == (whole / 'scores.json').read_bytes()


def test_a_split_without_truth_becomes_an_archive(repo_root, data_root, weights, tmp_path):
    archive = tmp_path / 'valid.zip'
    options = ['test_dataloader.dataset.split=valid']
    args = ['--submission', str(archive)]
    done = run_test(repo_root, data_root, weights, tmp_path / 'work', *options, args=args)
    assert done.returncode == 0, done.stderr[-3000:]
    assert archive.is_file()


def test_a_checkpoint_with_code_is_refused(repo_root, data_root, tmp_path):
    class Command:
        def __reduce__(self):
            return os.system, (f'touch {tmp_path / "proof"}',)

    evil = tmp_path / 'evil.pth'
    torch.save({'state_dict': {}, 'x': Command()}, evil)
    done = run_test(repo_root, data_root, evil, tmp_path / 'work')
    assert done.returncode == 2
    assert 'refused' in done.stderr.splitlines()[-1]
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'proof').exists()


def test_parts_that_the_checkpoint_lacks_are_named(repo_root, data_root, weights, tmp_path):
    state = torch.load(weights, weights_only=True)['state_dict']
    del state['head.1.weight'], state['head.1.bias']
    torch.save({'state_dict': state}, tmp_path / 'part.pth')
    refused = run_test(repo_root, data_root, tmp_path / 'part.pth', tmp_path / 'work')
    assert refused.returncode == 2
    assert '(head)' in refused.stderr.splitlines()[-1]
    assert '--allow-untrained' in refused.stderr.splitlines()[-1]
    args = ['--allow-untrained']
    done = run_test(repo_root, data_root, tmp_path / 'part.pth', tmp_path / 'work', args=args)
    assert done.returncode == 0, done.stderr[-3000:]
    assert '(head). These parts stay as initialised.' in done.stdout + done.stderr

"""tools/extract_instance_masks.py as a user runs it: killed, run again, refused, on two ranks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mevis.registry import DATASETS
from mevis.structures.folder_lock import LOCK_NAME
from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow
CONFIG = 'tests/data/toy_project/toy_instances_config.py'


@pytest.fixture(scope='module')
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp('data')
    write_tiny_mevis(root)
    return root


@pytest.fixture(scope='module')
def weights(tmp_path_factory) -> Path:
    """Weights of the toy model, made without training."""
    torch.manual_seed(0)
    filters = torch.nn.Conv2d(3, 1, 3).state_dict()
    path = tmp_path_factory.mktemp('weights') / 'toy.pth'
    torch.save({'state_dict': {f'filter.{key}': value for key, value in filters.items()}}, path)
    return path


@pytest.fixture(scope='module')
def extract(repo_root, data_root, tmp_path_factory):
    logs = tmp_path_factory.mktemp('logs')

    def start(weights, out, *args, options=(), processes=1):
        command = [sys.executable]
        if processes > 1:
            command += ['-m', 'torch.distributed.run', '--standalone']
            command += [f'--nproc_per_node={processes}']
            args = (*args, '--launcher', 'pytorch')
        command += ['tools/extract_instance_masks.py', CONFIG, str(weights), '--split', 'train']
        command += ['--out', str(out), '--work-dir', str(logs), *args, '--cfg-options']
        command += [f'test_dataloader.dataset.data_root={data_root}', *options]
        env = {
            **os.environ,
            'PYTHONPATH': os.pathsep.join([str(repo_root / 'tests/data/toy_project'), '.']),
            'OMP_NUM_THREADS': '1',
            'CUDA_VISIBLE_DEVICES': '',
        }
        return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)

    return start


def files(folder: Path) -> dict[str, bytes]:
    """The tracks; whoever was killed leaves the file of its lock, which locks nothing any more."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK_NAME}


@pytest.fixture(scope='module')
def whole(extract, weights, tmp_path_factory) -> Path:
    """The folder of an extraction that ran through."""
    out = tmp_path_factory.mktemp('whole') / 'train'
    done = extract(weights, out, '--top-k', '3')
    assert done.returncode == 0, done.stderr[-3000:]
    assert '2 videos (0 were done already), 9 frames' in done.stdout
    assert 'tracks per video: 1.5 on average, 0 to 3' in done.stdout
    return out


def test_a_data_set_reads_the_files(whole, data_root):
    assert set(files(whole)) == {'bird.json', 'cat.json'}
    content = json.loads((whole / 'bird.json').read_text())
    assert set(content['made_of']) == {'config', 'checkpoint', 'split', 'top_k'}
    dataset = DATASETS.build(
        dict(
            type='MeViSDataset',
            data_root=str(data_root),
            split='train',
            test_mode=True,
            frame_sampler=dict(type='AllFramesSampler'),
            instance_masks_dir=str(whole),
            pipeline=[
                dict(type='LoadClipFrames'),
                dict(type='LoadInstanceMasks'),
                dict(type='PackRefVidSegInputs'),
            ],
        )
    )
    bird, cat = (dataset[index]['data_samples'].instances for index in range(2))
    assert list(bird.scores) == content['scores'] == [1, 1 / 2, 1 / 3]
    assert bird.decode([0]).any()
    assert len(cat) == 0


def test_killed_and_run_again_the_files_are_the_same(extract, weights, whole, tmp_path):
    killer = ['default_hooks.killer.type=KillerHook', 'default_hooks.killer.iteration=1']
    killed = extract(weights, tmp_path, '--top-k', '3', options=killer)
    assert killed.returncode == -9, killed.stderr[-3000:]
    assert set(files(tmp_path)) == {'bird.json'}
    (tmp_path / '.cat-x.json').write_text('{"made_of"')  # as if it had been killed while writing
    whole_bird = (tmp_path / 'bird.json').read_bytes()
    (tmp_path / 'bird.json').write_bytes(whole_bird[:200])
    again = extract(weights, tmp_path, '--top-k', '3')
    assert again.returncode == 0, again.stderr[-3000:]
    assert files(tmp_path) == files(whole)
    last = extract(weights, tmp_path, '--top-k', '3')
    assert last.returncode == 0, last.stderr[-3000:]
    assert 'nothing left to do: 2 videos' in last.stdout
    assert files(tmp_path) == files(whole)


def test_two_processes_write_what_one_writes(extract, weights, whole, tmp_path):
    done = extract(weights, tmp_path, '--top-k', '3', processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'processes: 2' in done.stdout
    assert files(tmp_path) == files(whole)


def test_shards_write_what_one_job_writes(extract, weights, whole, tmp_path):
    for number, video in ((1, 'bird'), (2, 'cat')):
        done = extract(weights, tmp_path, '--top-k', '3', '--shard', f'{number}/2')
        assert done.returncode == 0, done.stderr[-3000:]
        assert f'shard {number}/2: 1 videos, 0 of them are done already' in done.stdout
        assert f'{video}.json' in files(tmp_path)
    assert files(tmp_path) == files(whole)


def test_a_folder_of_another_model_is_refused(extract, weights, whole, tmp_path):
    state = torch.load(weights, weights_only=True)
    state['state_dict']['filter.bias'] += 1
    torch.save(state, tmp_path / 'other.pth')
    before = files(whole)
    done = extract(tmp_path / 'other.pth', whole, '--top-k', '3')
    assert done.returncode == 2
    assert 'made of another checkpoint' in done.stderr.splitlines()[-1]
    assert 'Traceback' not in done.stderr
    assert files(whole) == before

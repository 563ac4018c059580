"""tools/extract_instance_masks.py with tracks that come from elsewhere than a model's weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.testing.small_dvis import write_small_dvis
from mevis.testing.tiny_mevis import write_tiny_mevis

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('data')
    write_tiny_mevis(root)
    return root


@pytest.fixture(scope='module')
def extract(repo_root, data_root, tmp_path_factory):
    logs = tmp_path_factory.mktemp('logs')

    def start(*args, processes=1, options=()):
        command = [sys.executable]
        if processes > 1:
            command += ['-m', 'torch.distributed.run', '--standalone']
            command += [f'--nproc_per_node={processes}']
            args = (*args, '--launcher', 'pytorch')
        command += ['tools/extract_instance_masks.py', *map(str, args)]
        command += ['--split', 'train', '--work-dir', str(logs), '--cfg-options', *options]
        command += [f'test_dataloader.dataset.data_root={data_root}']
        env = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
        env['PYTHONPATH'] = '.'
        return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)

    return start


@pytest.fixture(scope='module')
def configs(repo_root, tmp_path_factory):
    """Config and weights of a DVIS, and the config that has it as a source."""
    folder = tmp_path_factory.mktemp('configs')
    small, weights = write_small_dvis(folder)
    bases = repo_root / 'configs/_base_'
    model, source = folder / 'model.py', folder / 'source.py'
    model.write_text(
        f"_base_ = ['{bases}/datasets/mevis_instances.py']\n" + Path(small).read_text()
    )
    source.write_text(
        f"_base_ = ['{bases}/mevis_track_finder.py']\n"
        f"model = dict(source=dict(type='DVISTracks', config='{model}', checkpoint='{weights}'))\n"
    )
    return model, weights, source


def contents(folder):
    """What the files say, but for what they were made of."""
    found = {path.name: json.loads(path.read_text()) for path in folder.iterdir()}
    for content in found.values():
        content.pop('made_of')
    return found


def test_dvis_as_a_source_writes_what_dvis_writes(extract, configs, tmp_path):
    model, weights, source = configs
    done = extract(model, weights, '--out', tmp_path / 'model', '--top-k', 3)
    assert done.returncode == 0, done.stderr[-3000:]
    done = extract(source, '--out', tmp_path / 'source', '--top-k', 3)
    assert done.returncode == 0, done.stderr[-3000:]
    assert contents(tmp_path / 'model') == contents(tmp_path / 'source')
    assert set(contents(tmp_path / 'source')) == {'bird.json', 'cat.json'}
    done = extract(source, '--out', tmp_path / 'two', '--top-k', 3, processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ('bird.json', 'cat.json'):
        assert (tmp_path / 'two' / name).read_bytes() == (tmp_path / 'source' / name).read_bytes()


def last_line(done) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    assert 'Traceback' not in done.stderr
    return done.stderr.splitlines()[-1]


def test_mistakes_are_one_line(extract, configs, tmp_path):
    model, _, _ = configs
    assert 'a checkpoint is needed' in last_line(extract(model, '--out', tmp_path))
    assert '--from-results' in last_line(extract('--out', tmp_path))
    line = last_line(extract('configs/tracks_videomt.py', '--out', tmp_path / 'x'))
    assert 'weights/videomt: no config.json' in line
    assert 'tue-mps/videomt' in line
    assert not (tmp_path / 'x').exists()


def test_annotations_and_results(extract, tmp_path, data_root):
    done = extract('--from-annotations', '--out', tmp_path / 'truth')
    assert done.returncode == 0, done.stderr[-3000:]
    assert '2 videos (0 were done already), 9 frames' in done.stdout
    truth = contents(tmp_path / 'truth')
    entries = [
        {
            'video_id': name.removesuffix('.json'),
            'category_id': 1,
            'score': 1,
            'segmentations': rles,
        }
        for name, content in truth.items()
        for rles in content['rles']
    ]
    (tmp_path / 'results.json').write_text(json.dumps(entries))
    done = extract('--from-results', tmp_path / 'results.json', '--out', tmp_path / 'results')
    assert done.returncode == 0, done.stderr[-3000:]
    results = contents(tmp_path / 'results')
    assert {name: content['rles'] for name, content in results.items()} == {
        name: content['rles'] for name, content in truth.items()
    }

"""tools/demo_instances.py as a user runs it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mevis.structures import InstanceMasks, encode_rle

pytestmark = pytest.mark.slow


def run_demo(repo_root, *args):
    command = [sys.executable, 'tools/demo_instances.py', *map(str, args)]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True)


@pytest.fixture
def video(tmp_path):
    folder = tmp_path / 'bird'
    folder.mkdir()
    for index in range(3):
        Image.new('RGB', (60, 40), (90, 90, 90)).save(folder / f'{index:05d}.jpg')
    return folder


def test_extracted_files(repo_root, video, tmp_path):
    masks = np.zeros((2, 3, 40, 60), bool)
    masks[:, :, :9] = True
    tracks = InstanceMasks([encode_rle(mask) for mask in masks], [0.9, 0.2], [0, 1], (40, 60))
    (tmp_path / 'tracks').mkdir()
    (tmp_path / 'tracks/bird.json').write_text(json.dumps(tracks.to_dict()))
    out = tmp_path / 'out'
    options = ('--tracks', tmp_path / 'tracks', '--out-dir', out, '--min-score', 0.5)
    done = run_demo(repo_root, video, *options)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[0] == 'bird: 1 tracks'
    assert {path.name for path in out.iterdir()} == {'overlay.mp4', 'sheet.png'}


def test_neither_model_nor_files(repo_root, video):
    done = run_demo(repo_root, video, '--config', 'x.py')
    assert done.returncode == 2
    assert done.stderr.startswith('error: name either --config and --checkpoint, or --tracks')

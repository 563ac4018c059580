"""tools/stream.py as a user runs it."""

import io
import json
import os
import runpy
import subprocess
import sys

import av
import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.testing.small_mutr import build_small_mutr, small_mutr_config

pytestmark = pytest.mark.slow
SENTENCES = ['--text', 'the red square', '--text', 'what moves left']


@pytest.fixture(scope='module')
def model(tmp_path_factory) -> list[str]:
    """Arguments that name a small model."""
    folder = tmp_path_factory.mktemp('model')
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(pipeline=pipeline))
    Config(dict(model=small_mutr_config(), test_dataloader=loader)).dump(folder / 'small.py')
    torch.save({'state_dict': build_small_mutr().state_dict()}, folder / 'small.pth')
    return ['--config', str(folder / 'small.py'), '--checkpoint', str(folder / 'small.pth')]


def video(count) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, 'w', format='matroska') as container:
        track = container.add_stream('mpeg4', rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, 'yuv420p'
        for index in range(count):
            frame = np.random.default_rng(index).integers(0, 256, (48, 64, 3), dtype=np.uint8)
            container.mux(track.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(track.encode())
    return stream.getvalue()


def stream(repo_root, *args, data=b''):
    command = [sys.executable, 'tools/stream.py', *map(str, args)]
    env = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
    return subprocess.run(command, cwd=repo_root, env=env, input=data, capture_output=True)


def test_a_pipe_is_answered_line_by_line_and_drawn(repo_root, model, tmp_path):
    film = tmp_path / 'overlay.mp4'
    options = ['--cfg-options', 'model.windows.length=3', 'model.windows.overlap=1']
    args = ['-', *SENTENCES, *model, '--overlay', film, '--max-frames', 5, *options]
    done = stream(repo_root, *args, data=video(7))
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line['frame'] for line in lines] == list(range(5))
    assert [one['text'] for one in lines[0]['answers']] == SENTENCES[1::2]
    assert all(one['rle']['size'] == [48, 64] for line in lines for one in line['answers'])
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_a_mistake_is_one_line(repo_root, model):
    done = stream(repo_root, '-', *SENTENCES, *model, '--cfg-options', 'model.windows.length=3')
    assert done.returncode == 2
    assert 'standard input: no video' in done.stderr.decode().strip().splitlines()[-1]
    assert b'Traceback' not in done.stderr


@pytest.mark.parametrize(
    ('film', 'message'),
    [('clip.mp4', 'would replace what is read'), ('film.gif', 'name the film .mp4')],
)
def test_a_film_is_no_input_and_an_mp4(repo_root, monkeypatch, tmp_path, capsys, film, message):
    clip = tmp_path / 'clip.mp4'
    clip.write_bytes(b'a film')
    arguments = [str(clip), *SENTENCES, '--overlay', str(tmp_path / film)]
    monkeypatch.setattr(sys, 'argv', ['tools/stream.py', *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(repo_root / 'tools/stream.py'), run_name='__main__')
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert clip.read_bytes() == b'a film'

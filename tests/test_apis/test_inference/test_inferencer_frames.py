"""Which frames the inferencer sees, when, and that they are those of a test."""

import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image
from safetensors.torch import save_file

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.memory_source import ArraySource
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.testing.small_mutr import (
    build_small_mutr,
    fill_with_life,
    random_video,
    small_mutr_config,
)
from mevis.testing.tiny_mevis import write_tiny_mevis

FRAMES = random_video(7, (48, 72)).permute(0, 2, 3, 1).numpy()
SENTENCES = ['the red square', 'what moves left']
PIPELINE = [
    dict(type='LoadResizedFrames', short_side=32, max_long_side=64),
    dict(type='NormalizeExpression'),
    dict(type='PackRefVidSegInputs'),
]


def make_config(**model) -> Config:
    loader = dict(dataset=dict(pipeline=PIPELINE))
    return Config(dict(model=small_mutr_config(**model), test_dataloader=loader))


@pytest.fixture(scope='module')
def weights(tmp_path_factory) -> Path:
    """Of a model that knows time."""
    path = tmp_path_factory.mktemp('weights') / 'small.safetensors'
    model = build_small_mutr(temporal_position=True)
    fill_with_life(model, leave=())
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path)
    return path


@pytest.fixture(scope='module')
def inferencer(weights) -> RefVidSegInferencer:
    return RefVidSegInferencer(make_config(temporal_position=True), weights, 'cpu')


def content(predictions) -> list:
    return [(answer.rles, answer.score) for answer in predictions]


def test_the_answer_is_that_of_the_test(inferencer, tmp_path):
    write_tiny_mevis(tmp_path)
    dataset = DATASETS.build(
        dict(
            type='MeViSDataset',
            data_root=str(tmp_path),
            split='train',
            test_mode=True,
            frame_sampler=dict(type='AllFramesSampler'),
            pipeline=PIPELINE,
            videos=['bird'],
        )
    )
    with torch.no_grad():
        batch = {key: [value] for key, value in dataset[0].items()}
        [sample] = inferencer.model.test_step(batch)
    texts = [expression.text for expression in dataset.records[0].expressions]
    result = inferencer(tmp_path / 'train/JPEGImages/bird', texts)
    assert content(result.predictions) == content(sample.predictions)


def test_skipped_frames_get_no_masks_and_the_others_keep_their_times(inferencer):
    skipping = inferencer(FRAMES, SENTENCES, stride=3)
    assert skipping.frame_indices == [0, 3, 6]
    assert skipping.frame_names == ['00000', '00003', '00006']
    assert skipping.masks(0).shape == (3, 48, 72)
    assert np.array_equal(skipping.masks(0, [2]), skipping.masks(0)[[2]])
    # The same pictures at other times are another video to a model that knows time.
    beside = inferencer(FRAMES[::3], SENTENCES)
    assert content(skipping.predictions) != content(beside.predictions)


def test_no_more_frames_are_seen_than_asked_for(inferencer):
    few, cut = inferencer(FRAMES, SENTENCES, max_frames=2), inferencer(FRAMES[:2], SENTENCES)
    assert content(few.predictions) == content(cut.predictions)


def test_a_picture_is_answered(inferencer, tmp_path):
    Image.fromarray(FRAMES[0]).save(tmp_path / 'a.png')
    picture, array = inferencer(tmp_path / 'a.png', SENTENCES), inferencer(FRAMES[:1], SENTENCES)
    assert content(picture.predictions) == content(array.predictions)


def test_full_frames_are_read_one_at_a_time(inferencer, monkeypatch):
    """A frame is resized and let go before the one after the next is read."""
    read: list = []

    def frames():
        for frame in FRAMES:
            assert sum(reference() is not None for reference in read) <= 1
            held = np.array(frame)
            read.append(weakref.ref(held))
            yield held
            del held

    source = ArraySource(FRAMES)
    monkeypatch.setattr(ArraySource, '__iter__', lambda self: frames())
    inferencer(source, SENTENCES[0])
    assert len(read) == len(FRAMES)


def test_a_checkpoint_of_another_architecture(weights):
    with pytest.raises(UserError, match=r'small\.safetensors: a checkpoint.*does not fit'):
        RefVidSegInferencer(make_config(embed_dims=64), weights, 'cpu')

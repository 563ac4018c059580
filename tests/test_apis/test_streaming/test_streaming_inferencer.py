"""Frames pushed one by one are answered as a file of them, and mistakes in one sentence."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.streaming.streaming_inferencer import StreamingInferencer
from mevis.errors import UserError
from mevis.testing.small_dvis import write_small_dvis
from mevis.testing.small_mutr import build_small_mutr, random_video, small_mutr_config

TEXTS = ['The  red square', 'what moves left']
WINDOWS = dict(length=4, overlap=2, carry_over=0.5)


def config_of(**model) -> Config:
    pipeline = [
        dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
        dict(type='LoadInstanceMasks'),
        dict(type='NormalizeExpression'),
        dict(type='PackRefVidSegInputs'),
    ]
    loader = dict(dataset=dict(pipeline=pipeline))
    return Config(dict(model={**small_mutr_config(), **model}, test_dataloader=loader))


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp('weights') / 'small.pth'
    torch.save({'state_dict': build_small_mutr().state_dict()}, path)
    return path


@pytest.fixture(scope='module')
def streaming(weights) -> StreamingInferencer:
    config = config_of(windows=WINDOWS, mask_threshold=0.99)
    return StreamingInferencer(config, weights, 'cpu')


def frames(count=7, size=(80, 100)) -> np.ndarray:
    return random_video(count, size).permute(0, 2, 3, 1).contiguous().numpy()


def answers_of(stream, video):
    found = [answer for frame in video for answer in stream.push(frame)]
    return found + stream.finish()


def test_answers_are_those_to_a_file(streaming, weights):
    config = config_of(windows=WINDOWS, mask_threshold=0.99)
    whole = RefVidSegInferencer(config, weights, 'cpu')(frames(), TEXTS)
    found = answers_of(streaming.open(TEXTS), frames())
    assert [answer.index for answer in found] == list(range(7))
    assert [answer.texts for answer in found] == [TEXTS] * 7
    for number in range(2):
        masks = np.stack([answer.masks[number] for answer in found])
        assert masks.any()
        assert (masks == whole.masks(number)).all()
    for answer, frame in zip(found, frames(), strict=True):
        assert (answer.image == frame).all()
    content = found[0].to_dict()
    assert content['frame'] == 0
    assert [one['text'] for one in content['answers']] == TEXTS


def test_the_memory_of_a_frame_may_be_written_again(streaming):
    wanted, buffer = answers_of(streaming.open(TEXTS), frames()), np.empty_like(frames()[0])
    stream, found = streaming.open(TEXTS), []
    for frame in frames():
        buffer[:] = frame
        found += stream.push(buffer)
    found += stream.finish()
    for one, other in zip(found, wanted, strict=True):
        assert (one.masks == other.masks).all()
        assert (one.image == other.image).all()


def test_sentences_may_be_added(streaming):
    stream = streaming.open()
    assert stream.texts == []
    found = []
    for index, frame in enumerate(frames(9)):
        if index in (0, 5):
            stream.ask(TEXTS[bool(index)])
        found += stream.push(frame)
    found += stream.finish()
    assert stream.texts == TEXTS
    assert [len(answer.texts) for answer in found] == [1] * 2 + [2] * 7
    assert all(answer.masks.shape == (len(answer.texts), 80, 100) for answer in found)


def test_videos_do_not_know_of_one_another(streaming):
    first = answers_of(streaming.open(TEXTS), frames())
    answers_of(streaming.open(TEXTS), frames()[::-1])
    again = answers_of(streaming.open(TEXTS), frames())
    assert [answer.rles for answer in first] == [answer.rles for answer in again]


@pytest.mark.parametrize(
    ('frame', 'message'),
    [
        (np.zeros((4, 4), np.uint8), r'frame 0: shape \(4, 4\)'),
        (np.zeros((4, 4, 3)), 'type float64; needed'),
        (np.zeros((0, 4, 3), np.uint8), r'shape \(0, 4, 3\)'),
        ('frame.png', 'type str'),
    ],
)
def test_what_is_no_frame_is_named(streaming, frame, message):
    with pytest.raises(UserError, match=message):
        streaming.open(TEXTS).push(frame)


def test_frames_change_their_size_in_another_stream(streaming):
    stream = streaming.open(TEXTS)
    stream.push(frames()[0])
    with pytest.raises(UserError, match='frame 1 is 64x100'):
        stream.push(frames()[1, :64])


def test_a_video_ends_once(streaming):
    with pytest.raises(UserError, match='without frames'):
        streaming.open(TEXTS).finish()
    stream = streaming.open(TEXTS)
    answers_of(stream, frames(1))
    for late in (lambda: stream.push(frames()[0]), stream.finish, lambda: stream.ask('left')):
        with pytest.raises(UserError, match=r'after finish\(\)'):
            late()


def test_an_empty_sentence_is_refused(streaming):
    with pytest.raises(UserError, match='sentence 1 is empty'):
        streaming.open(' ')


@pytest.mark.parametrize(
    ('model', 'message'),
    [
        ({}, 'MUTR answers whole videos only'),
        (
            dict(
                windows=WINDOWS,
                refiner=dict(type='SmallSAMRefiner', config='c.py', checkpoint='w'),
            ),
            'SmallSAMRefiner refines the masks of whole videos',
        ),
    ],
)
def test_what_cannot_stream_says_so_at_once(weights, model, message):
    with pytest.raises(UserError, match=message):
        StreamingInferencer(config_of(**model), weights, 'cpu')


def test_a_model_of_instances_says_that_it_answers_no_sentences(tmp_path):
    config, checkpoint = write_small_dvis(tmp_path)
    with pytest.raises(UserError, match='DVIS answers no sentences. tools/demo_instances.py'):
        StreamingInferencer(config, checkpoint, 'cpu')
    whole = RefVidSegInferencer(config, checkpoint, 'cpu')
    with pytest.raises(UserError, match='DVIS answers no sentences'):
        whole(np.zeros((2, 48, 64, 3), np.uint8), 'the one that moves')

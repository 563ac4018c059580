"""MUTR in windows: what one window holds is answered as ever, and memory holds no more."""

import weakref

import pytest
import torch

from mevis.errors import UserError
from mevis.models.frame_windows import FrameWindows
from mevis.models.mutr.window_stream import join, running_mean
from mevis.structures.streaming import StreamFrame
from mevis.testing.small_mutr import build_small_mutr, random_video, video_sample

TEXTS = ['the red square', 'what moves left']
THRESHOLD = 0.99  # the weights follow a rule, by which most pixels are likelier than one half
SIZE = (64, 96)


def build(windows=None, **options):
    model = build_small_mutr(**options)
    model.mask_threshold = THRESHOLD
    model.windows = None if windows is None else FrameWindows(**windows)
    return model


@torch.no_grad()
def predict(model, video, texts=TEXTS):
    (sample,) = model([video], [video_sample(len(video), texts=texts)], mode='predict')
    return [(one.rles, one.score, one.presence) for one in sample.predictions]


@torch.no_grad()
def stream(model, video, asked_at=(0, 0)):
    """FrameAnswers of frames that are pushed one by one, and after how many each was known."""
    running, answers, seen_at = model.stream(), [], []
    for index, inputs in enumerate(video):
        for text, when in zip(TEXTS, asked_at, strict=True):
            if when == index:
                running.ask(text)
        answers += running.push(StreamFrame(index, SIZE, inputs))
        seen_at += [index] * (len(answers) - len(seen_at))
    answers += running.finish()
    return answers, seen_at + [len(video) - 1] * (len(answers) - len(seen_at))


@pytest.mark.parametrize('clip_query', ['shared', 'joint'])
@pytest.mark.parametrize('clip_length', [None, 3])
@pytest.mark.parametrize('windows', [dict(length=7, overlap=3), dict(length=9, carry_over=1.0)])
def test_one_window_that_holds_the_video_is_the_whole_video(windows, clip_length, clip_query):
    video, options = random_video(7), dict(clip_length=clip_length, clip_query=clip_query)
    wanted = predict(build(**options), video)
    assert any(rle != wanted[0][0][0] for rle in wanted[0][0])  # the masks are not all alike
    assert predict(build(windows, **options), video) == wanted


@pytest.mark.parametrize('carry_over', [0.0, 0.5])
@pytest.mark.parametrize('delay', [None, 0, 1])
def test_frames_that_come_are_answered_as_those_of_a_file(delay, carry_over):
    model = build(dict(length=4, overlap=2, delay=delay, carry_over=carry_over))
    video = random_video(11)
    answers, seen_at = stream(model, video)
    assert [answer.index for answer in answers] == list(range(11))
    waited = [seen - index for index, seen in enumerate(seen_at)]
    assert max(waited) == model.windows.stride - 1 + model.windows.waiting
    for number, (rles, score, presence) in enumerate(predict(model, video)):
        assert [answer.rles[number] for answer in answers] == rles
        assert score == running_mean(answer.scores[number] for answer in answers)
        assert presence == max(answer.presences[number] for answer in answers)


def test_the_query_of_a_window_starts_from_the_one_before():
    video, windows = random_video(10), dict(length=5, overlap=1)
    forgetful = predict(build(windows), video)
    carrying = predict(build({**windows, 'carry_over': 1.0}), video)
    assert [one[1] for one in forgetful] != [one[1] for one in carrying]
    first = stream(build({**windows, 'carry_over': 1.0}), video)[0][:4]
    assert first == stream(build(windows), video)[0][:4]  # nothing came before


def test_a_late_sentence_is_answered_from_the_next_window_on():
    model = build(dict(length=4, overlap=1))
    answers, _ = stream(model, random_video(12), asked_at=(0, 5))
    both, _ = stream(model, random_video(12))
    known = [len(answer.rles) for answer in answers]
    assert known == [1] * 3 + [2] * 9
    assert [answer.rles[0] for answer in answers] == [answer.rles[0] for answer in both]
    assert [answer.rles[1] for answer in answers[5:]] == [answer.rles[1] for answer in both[5:]]


def test_a_sentence_that_no_window_answered_has_no_mask():
    running = build(dict(length=2, overlap=1)).stream()
    with torch.no_grad():
        for index, inputs in enumerate(random_video(2)):
            running.push(StreamFrame(index, SIZE, inputs))
        running.ask(TEXTS[0])
        (answer,) = running.finish()
    assert answer.rles == [None]
    assert running.finish() == []


def test_memory_holds_one_window_whatever_the_length():
    model = build(dict(length=5, overlap=2))
    sizes, encode = [], model.encode_video
    model.encode_video = lambda video, sample: sizes.append(len(video)) or encode(video, sample)
    running, alive = model.stream(), []
    running.ask(TEXTS[0])
    with torch.no_grad():
        for index, inputs in enumerate(random_video(30)):
            own = inputs.clone()
            alive.append(weakref.ref(own))
            running.push(StreamFrame(index, SIZE, own))
            del own
            assert sum(one() is not None for one in alive) <= 5
            (asked,) = running._asked
            kept = 0 if asked.waiting is None else asked.waiting.untyped_storage().nbytes()
            assert kept <= 2 * 16 * 24 * 4  # the logits of the frames that wait, no view of more
    assert max(sizes) == 5


def test_frames_of_two_windows_go_over_from_one_to_the_other():
    earlier, later = torch.zeros(3, 1, 1), torch.ones(5, 1, 1)
    assert join(earlier, later).flatten().tolist() == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert join(None, later) is later


def test_a_mean_of_equal_values_is_that_value():
    for value in torch.rand(50, dtype=torch.float64).tolist():
        assert running_mean([value] * 49) == value
    assert running_mean([1.0, 2.0, 6.0]) == pytest.approx(3.0)


def test_a_model_of_whole_videos_says_what_to_do():
    with pytest.raises(UserError, match='model.windows.length'):
        build().stream()


def test_answers_that_are_not_finite_are_an_error():
    model = build(dict(length=2))
    model.class_heads[0].bias.data.fill_(float('nan'))
    video, sample = random_video(2), video_sample(2, texts=TEXTS)
    with pytest.raises(UserError, match='video, expression 0'), torch.no_grad():
        model([video], [sample], mode='predict')

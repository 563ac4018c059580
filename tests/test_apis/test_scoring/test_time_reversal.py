"""What is measured is the order of pictures, and nothing else."""

import pytest
import torch

from mevis.apis.scoring.time_reversal import (
    frame_orders,
    measure_item,
    print_summary,
    reordered,
    summarize,
)
from mevis.errors import UserError
from mevis.structures import ExpressionPrediction, InstanceMasks, encode_rle
from mevis.testing.small_mutr import build_small_mutr, random_video, video_sample


class RuleModel:
    """Answers by a rule: (T, 3, h, w) -> masks (T, h, w) and a score."""

    def __init__(self, rule):
        self.rule = rule

    def test_step(self, data):
        (frames,), (sample,) = data['inputs'], data['data_samples']
        masks, score = self.rule(frames)
        rles = encode_rle(masks.numpy())
        sample.predictions = [
            ExpressionPrediction(e.exp_id, e.text, rles, score) for e in sample.expressions
        ]
        return [sample]


def item(num_frames=6, texts=('a',)):
    return {
        'inputs': random_video(num_frames),
        'data_samples': video_sample(num_frames, texts=texts),
    }


def bright(frames):
    return frames[:, 0] > 100, 0.5


def first_half(frames):
    masks = torch.zeros(len(frames), *frames.shape[-2:], dtype=torch.bool)
    masks[: len(frames) // 2] = True
    return masks, float(frames[0].float().mean()) / 255


def test_a_model_of_single_frames_is_blind():
    (answer,) = measure_item(RuleModel(bright), item())
    for change in answer.changes.values():
        assert change.iou == 1.0
        assert change.score_difference == 0.0


def test_a_model_of_the_order_alone_answers_the_opposite():
    video = item()
    (answer,) = measure_item(RuleModel(first_half), video)
    assert answer.changes['reversed'].iou == 0.0
    means = video['inputs'].float().mean((1, 2, 3)) / 255
    difference = abs(float(means[-1] - means[0]))
    assert answer.changes['reversed'].score_difference == pytest.approx(difference, abs=1e-5)


def test_masks_are_compared_picture_by_picture():
    """Not place by place: the blind model's masks do move with the frames."""
    video = item()
    order = frame_orders('video', 6)['shuffled']
    moved = reordered(video, order)
    assert torch.equal(moved['inputs'], video['inputs'][order])
    assert not torch.equal(bright(moved['inputs'])[0], bright(video['inputs'])[0])


def test_times_stay_while_tracks_and_frames_on_demand_move():
    video, order = item(4), [2, 0, 3, 1]
    sample = video['data_samples']
    sample.read_frames = lambda positions: list(positions)
    sample.instances = InstanceMasks([list('abcd')], [1.0], [0], (64, 96))
    moved = reordered(video, order)['data_samples']
    assert moved.frame_indices == sample.frame_indices == [0, 1, 2, 3]
    assert moved.read_frames([0, 3]) == [2, 1]
    assert moved.instances.rles == [['c', 'a', 'd', 'b']]
    assert sample.instances.rles == [list('abcd')]
    assert sample.read_frames([0, 3]) == [0, 3]


def test_orders_follow_from_name_and_seed():
    orders = frame_orders('bird', 20)
    assert orders['reversed'] == list(range(20))[::-1]
    assert sorted(orders['shuffled']) == list(range(20))
    assert orders == frame_orders('bird', 20)
    assert orders['shuffled'] != frame_orders('cat', 20)['shuffled']
    assert orders['shuffled'] != frame_orders('bird', 20, seed=1)['shuffled']


@pytest.mark.parametrize('num_frames', [1, 2])
def test_short_videos(num_frames):
    (answer,) = measure_item(RuleModel(bright), item(num_frames))
    assert answer.changes['reversed'].iou == 1.0


@torch.no_grad()
def test_of_mutr_only_time_codes_see_the_order():
    blind = build_small_mutr()
    video = item(4, texts=('the red square', 'left'))
    for answer in measure_item(blind, video):
        assert answer.changes['reversed'].iou > 0.999
        assert answer.changes['reversed'].score_difference < 1e-5
    seeing = build_small_mutr(temporal_position=True)
    generator = torch.Generator().manual_seed(0)
    for parameter in seeing.time_encoding.parameters():
        torch.nn.init.normal_(parameter, std=0.3, generator=generator)
    changes = [answer.changes['reversed'] for answer in measure_item(seeing, video)]
    assert max(change.score_difference for change in changes) > 1e-4


def test_means_are_over_answers_and_by_tag(capsys):
    answers = measure_item(RuleModel(bright), item(texts=('a', 'b')))
    answers += measure_item(RuleModel(first_half), item(texts=('c',)))
    tags = [('static',), (), ('motion', 'static')]
    answers = [
        type(answer)(answer.video, answer.exp_id, tag, answer.changes)
        for answer, tag in zip(answers, tags, strict=True)
    ]
    summary = summarize(answers)
    assert summary['overall']['number'] == 3
    assert summary['overall']['reversed']['iou'] == pytest.approx(2 / 3)
    assert summary['tags']['static']['reversed']['iou'] == pytest.approx(1 / 2)
    assert summary['tags']['motion']['reversed']['iou'] == 0.0
    assert len(summary['answers']) == 3
    print_summary(summary)
    assert 'motion' in capsys.readouterr().out


def test_a_model_that_answers_nothing_is_refused():
    class Silent:
        def test_step(self, data):
            return data['data_samples']

    with pytest.raises(UserError, match='Silent: answers no sentences'):
        measure_item(Silent(), item())

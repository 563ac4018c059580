import pytest
import torch

from mevis.models.clip_inference import CLIP_ORDERS, plan_clips


@pytest.mark.parametrize('order', CLIP_ORDERS)
@pytest.mark.parametrize('clip_length', [None, 1, 3, 5, 8])
@pytest.mark.parametrize('num_frames', [1, 2, 5, 7, 16, 31])
def test_every_frame_is_answered_once_by_a_clip_that_holds_it(num_frames, clip_length, order):
    plan = plan_clips(num_frames, clip_length, order)
    joined = plan.join(plan.frames)
    assert joined.tolist() == list(range(num_frames))
    assert (plan.frames >= 0).all()
    assert (plan.frames < num_frames).all()
    if clip_length is not None:
        assert plan.frames.shape[1] <= clip_length


@pytest.mark.parametrize('num_frames', [7, 16])
def test_a_clip_spans_the_video_in_order(num_frames):
    plan = plan_clips(num_frames, 4)
    spacing = plan.frames.shape[0]
    for clip in plan.frames:
        steps = clip.diff()
        assert set(steps.tolist()) <= {spacing, 0}
        assert clip[-1] - clip[0] >= num_frames - 2 * spacing


@pytest.mark.parametrize(('num_frames', 'clip_length'), [(7, 3), (16, 5), (31, 30), (6, 3)])
def test_consecutive_clips_hold_neighbours_and_differ_by_a_frame_at_most(num_frames, clip_length):
    plan = plan_clips(num_frames, clip_length, 'consecutive')
    assert len(plan.frames) == -(-num_frames // clip_length)
    clips = [sorted(set(clip)) for clip in plan.frames.tolist()]
    assert sum(clips, []) == list(range(num_frames))
    lengths = {len(clip) for clip in clips}
    assert max(lengths) - min(lengths) <= 1


def test_another_order_is_refused():
    with pytest.raises(ValueError, match='interleaved, consecutive'):
        plan_clips(5, 3, 'backwards')


def test_one_clip_is_the_whole_video():
    assert plan_clips(5, None).frames.tolist() == [[0, 1, 2, 3, 4]]


def test_results_of_any_shape_are_joined():
    plan = plan_clips(5, 3)
    values = torch.randn(*plan.frames.shape, 2, 3)
    joined = plan.join(values)
    assert joined.shape == (5, 2, 3)
    torch.testing.assert_close(joined[3], values[1, 1])

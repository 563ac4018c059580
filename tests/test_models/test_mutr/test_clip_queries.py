"""How the clips of a video agree on the query that answers."""

import pytest
import torch

from mevis.models.mutr.clip_queries import CLIP_QUERIES
from mevis.testing.small_mutr import build_small_mutr, random_video, video_sample

TEXT = 'a dog that runs left and comes back'


@pytest.fixture(scope='module')
def model():
    return build_small_mutr(num_queries=5, temporal_position=True)


@torch.no_grad()
def found(model, num_frames, clip_length, order='interleaved'):
    """What the clips of a video find, and what MTI says over all of them."""
    model.clip_length, model.clip_order = clip_length, order
    video = model.encode_video(random_video(num_frames), video_sample(num_frames))
    words = model.encode_text([TEXT]).expand(len(video.plan.frames))
    alone = model.answer_words(video.clips, words)
    return video, alone, model.answer_jointly(video, alone)


@torch.no_grad()
def answer(model, how, num_frames, clip_length):
    """Score, and mask logits before they are enlarged."""
    model.clip_query, model.clip_length, model.clip_order = how, clip_length, 'interleaved'
    video = model.encode_video(random_video(num_frames), video_sample(num_frames))
    given = model.answer(video, TEXT)
    return given.score, given.logits()


@pytest.mark.parametrize('how', CLIP_QUERIES)
@pytest.mark.parametrize('clip_length', [None, 7, 9])
def test_one_clip_that_holds_the_video_answers_as_the_official_code(model, how, clip_length):
    score, logits = answer(model, how, 7, clip_length)
    expected_score, expected = answer(model, 'shared', 7, None)
    assert score == pytest.approx(expected_score, abs=1e-6)
    torch.testing.assert_close(logits, expected)


@pytest.mark.parametrize('order', ['interleaved', 'consecutive'])
@pytest.mark.parametrize('num_frames', [6, 7])
def test_mti_sees_every_frame_once_and_in_its_order(model, order, num_frames):
    """Equal to MTI called by hand on the frames' queries, put in order by the plan's frames."""
    video, alone, jointly = found(model, num_frames, 3, order)
    queries, codes = {}, {}
    for clip, positions in enumerate(video.plan.frames.tolist()):
        for place, position in reversed(list(enumerate(positions))):
            queries[position] = alone.grounding.frame_queries[-1][clip, place]
            codes[position] = video.clips.time_codes.temporal_interaction[clip, place]
    with torch.no_grad():
        expected = model.temporal_interaction(
            torch.stack([queries[position] for position in range(num_frames)])[None],
            video.clips.initial_query[:1],
            torch.stack([codes[position] for position in range(num_frames)])[None],
        )
        logits = model.class_heads[0](expected)
    for clip in range(len(video.plan.frames)):
        torch.testing.assert_close(jointly.grounding.video_queries[-1][clip], expected[0])
        torch.testing.assert_close(jointly.pred_logits[clip], logits[0])
    # The test can fail: a clip alone says something else.
    assert (alone.pred_logits - logits).abs().max() > 1e-4


def test_the_joint_choice_leaves_masks_to_the_clips(model):
    """The number of the query comes from all clips, the masks from each clip's own query."""
    score, logits = answer(model, 'joint_choice', 7, 3)
    video, alone, jointly = found(model, 7, 3)
    chosen = jointly.scores.argmax(1)
    assert score == pytest.approx(float(jointly.scores.max()), abs=1e-6)
    with torch.no_grad():
        own = video.plan.join(torch.cat(list(alone.mask_logits(chosen)), 1))
        drawn = video.plan.join(torch.cat(list(jointly.mask_logits(chosen)), 1))
    torch.testing.assert_close(logits, own)
    torch.testing.assert_close(answer(model, 'joint', 7, 3)[1], drawn)
    assert (own - drawn).abs().max() > 1e-4


@torch.no_grad()
def test_frames_that_fill_up_a_clip_are_not_gathered(model):
    """Seven frames in three clips: two of the nine places repeat a frame."""
    given = []
    handle = model.temporal_interaction.register_forward_pre_hook(
        lambda _, inputs: given.append(inputs[0].shape[:2])
    )
    found(model, 7, 3)
    handle.remove()
    assert given == [(3, 3), (1, 7)]


def test_unknown_ways_are_refused():
    with pytest.raises(ValueError, match="clip_query 'each'"):
        build_small_mutr(clip_query='each')
    with pytest.raises(ValueError, match="clip_order 'shuffled'"):
        build_small_mutr(clip_order='shuffled')

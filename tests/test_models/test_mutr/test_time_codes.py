"""MUTR with an image backbone cannot see the order of frames; with time codes it can."""

import pytest
import torch

from mevis.models.mutr.time_codes import TimeCodes
from mevis.testing.small_mutr import build_small_mutr, random_clip, random_video, video_sample

TEXT = 'the square that moves left'


@pytest.fixture(scope='module')
def blind():
    return build_small_mutr()


@pytest.fixture(scope='module')
def seeing():
    """The same weights; time codes as they are initialised."""
    return build_small_mutr(temporal_position=True)


@pytest.fixture(scope='module')
def trained():
    """The same weights; time codes that say something."""
    model = build_small_mutr(temporal_position=True)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.time_encoding.parameters():
        torch.nn.init.normal_(parameter, std=0.3, generator=generator)
    return model


@torch.no_grad()
def answer(model, frames, times=None):
    clip = model.data_preprocessor.normalize(frames)[None]
    mask = torch.zeros(1, len(frames), *frames.shape[-2:], dtype=torch.bool)
    video = model.encode_clips(clip, mask, [video_sample(len(frames), times=times)])
    found = model.answer_words(video, model.encode_text([TEXT]))
    return found.pred_logits, torch.cat(list(found.all_mask_logits()), 1)


def difference(got, wanted):
    """Relative to the spread of what is compared."""
    return float((got - wanted).abs().max() / wanted.abs().max())


# Without frames of padding: 4 and 8 are whole windows of MTI.
@pytest.mark.parametrize('num_frames', [4, 8])
def test_a_video_played_backwards_is_the_same_to_the_official_model(blind, num_frames):
    frames = random_video(num_frames)
    logits, masks = answer(blind, frames)
    reversed_logits, reversed_masks = answer(blind, frames.flip(0))
    assert difference(reversed_logits, logits) < 1e-5
    assert difference(reversed_masks.flip(1), masks) < 1e-5
    # It does see the frames themselves.
    other_logits, _ = answer(blind, random_video(num_frames, seed=1))
    assert difference(other_logits, logits) > 1e-3
    assert difference(masks.flip(1), masks) > 1e-2


def test_frames_swapped_within_half_a_window_are_the_same_too(blind):
    frames = random_video(8)
    order = [1, 0, 3, 2, 5, 4, 7, 6]
    logits, masks = answer(blind, frames)
    swapped_logits, swapped_masks = answer(blind, frames[order])
    assert difference(swapped_logits, logits) < 1e-5
    assert difference(swapped_masks[:, order], masks) < 1e-5


@pytest.mark.parametrize('num_frames', [1, 4, 5])
def test_untrained_time_codes_change_nothing(blind, seeing, num_frames):
    frames = random_video(num_frames)
    missing = seeing.load_state_dict(blind.state_dict(), strict=False)
    assert all(name.startswith('time_encoding.') for name in missing.missing_keys)
    assert missing.missing_keys
    assert not missing.unexpected_keys
    for got, wanted in zip(answer(seeing, frames), answer(blind, frames), strict=True):
        assert difference(got, wanted) < 1e-5


def test_trained_time_codes_see_that_a_video_runs_backwards(trained):
    frames = random_video(4)
    logits, masks = answer(trained, frames)
    reversed_logits, reversed_masks = answer(trained, frames.flip(0))
    assert difference(reversed_logits, logits) > 1e-3
    assert difference(reversed_masks.flip(1), masks) > 1e-3


@pytest.mark.parametrize('part', TimeCodes.__dataclass_fields__)
def test_each_part_sees_time_by_itself(trained, part):
    """None of the three codes is computed and then dropped."""
    model = build_small_mutr(temporal_position=True)
    model.time_encoding[part].load_state_dict(trained.time_encoding[part].state_dict())
    frames = random_video(4)
    logits, masks = answer(model, frames)
    reversed_logits, reversed_masks = answer(model, frames.flip(0))
    changed = max(difference(reversed_logits, logits), difference(reversed_masks.flip(1), masks))
    assert changed > 1e-4


def test_the_code_is_of_the_time_in_the_video_not_of_the_place_in_the_clip(trained):
    frames = random_video(3)
    near = answer(trained, frames, times=[10, 11, 12])
    far = answer(trained, frames, times=[10, 17, 40])
    assert difference(far[0], near[0]) > 1e-4
    again = answer(trained, frames, times=[10, 17, 40])
    assert difference(again[0], far[0]) < 1e-6


@pytest.mark.parametrize('times', [[0], [3, 90], [0, 1, 2, 3, 4, 5, 6], [0, 50, 51, 52, 199]])
def test_any_number_of_frames_at_any_times(trained, times):
    logits, masks = answer(trained, random_video(len(times)), times)
    assert logits.isfinite().all()
    assert masks.shape[1] == len(times)
    assert masks.isfinite().all()


def test_gradients_reach_the_codes_from_the_start(seeing):
    """Zero weights, but not a saddle: the first step already changes them."""
    model = build_small_mutr(temporal_position=True).train()
    clip = random_clip(model, 4)
    mask = torch.zeros(1, 4, 64, 96, dtype=torch.bool)
    sum(model.loss(clip, mask, [video_sample(4)]).values()).backward()
    norms = {n: float(p.grad.norm()) for n, p in model.time_encoding.named_parameters()}
    weights = {n: norm for n, norm in norms.items() if n.endswith('weight')}
    assert len(weights) == 3
    assert all(norm > 0 for norm in weights.values())


def test_testing_hands_the_model_the_times_of_the_video(trained):
    seen = []
    hook = trained.time_encoding['pixel_decoder'].register_forward_pre_hook(
        lambda module, inputs: seen.append(inputs[0].tolist())
    )
    sample = video_sample(3, times=[5, 9, 30], texts=['a', 'b'])
    with torch.no_grad():
        trained([random_video(3)], [sample], mode='predict')
    hook.remove()
    assert seen == [[[5.0, 9.0, 30.0]]]

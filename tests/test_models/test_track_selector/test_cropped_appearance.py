import torch

from mevis.models.text_encoders.base import TextFeatures
from mevis.models.track_selector.appearance.cropped_appearance import crop_instances
from mevis.models.track_selector.track_decision import WordEvidence
from mevis.registry import MODELS
from mevis.structures import ClipTracks, InstanceMasks, encode_rle


def square(top, left, side, shape=(64, 96)):
    mask = torch.zeros(shape)
    mask[top : top + side, left : left + side] = 1
    return mask


def test_a_crop_is_the_same_wherever_the_instance_is_and_whatever_surrounds_it():
    masks = torch.stack((square(5, 7, 12), square(40, 60, 12)))
    frame = torch.full((3, 64, 96), -1.0)
    frame[:, masks.any(0)] = torch.tensor([0.5, 1.0, 2.0])[:, None]
    first, second = crop_instances(frame, masks, 16, 0.2)
    assert torch.allclose(first, second, atol=1e-3)
    elsewhere = torch.where(masks.any(0), frame, torch.tensor(3.0))
    inside = crop_instances(elsewhere, masks, 16, 0.2)[0][:, 4:12, 4:12]
    assert torch.allclose(inside, first[:, 4:12, 4:12], atol=1e-5)


def test_outlines_of_one_colour_and_area_differ():
    bar = torch.zeros(64, 96)
    bar[10:13, 10:58] = 1
    masks = torch.stack((square(30, 30, 12), bar))
    assert masks[0].sum() == masks[1].sum()
    first, second = crop_instances(torch.ones(3, 64, 96), masks, 16, 0.2)
    assert (first - second).abs().mean() > 0.2


def test_an_instance_at_the_border_and_one_of_a_pixel_can_be_cropped():
    masks = torch.stack((square(0, 0, 6), square(63, 95, 1)))
    crops = crop_instances(torch.ones(3, 64, 96), masks, 16, 0.2)
    assert crops.shape == (2, 4, 16, 16)
    assert crops.isfinite().all()
    assert (crops[:, 3].flatten(1).amax(1) > 0.5).all()


def tracks(shape, canvas, hidden=False):
    masks = torch.stack((square(5, 7, 12), square(40, 60, 12))).bool()
    rles = [[encode_rle(mask.numpy()[None])[0]] * 2 for mask in masks]
    if hidden:
        rles[1][0] = None
    instances = InstanceMasks(rles, [0.5, 0.4], [0, 0], (64, 96))
    return ClipTracks.of(instances, range(2), 2, shape, canvas)


def appearance(**changes):
    torch.manual_seed(0)
    config = dict(type='CroppedAppearance', embed_dims=8, crop_size=8, channels=(8, 8))
    return MODELS.build(config | changes).eval()


def test_padding_of_frames_and_of_tracks_changes_nothing():
    model = appearance()
    clips = torch.rand(1, 2, 3, 64, 96)
    padded = torch.nn.functional.pad(clips, (0, 32, 0, 32))
    with torch.no_grad():
        plain, seen = model(clips, [tracks((64, 96), (64, 96))], 2)
        more, more_seen = model(padded, [tracks((64, 96), (96, 128))], 4)
    assert torch.allclose(plain, more[:, :2], atol=1e-6)
    assert seen.all()
    assert more_seen.tolist() == [[[True] * 2] * 2 + [[False] * 2] * 2]
    assert not more[:, 2:].any()


def test_a_track_that_is_hidden_has_no_token_there():
    with torch.no_grad():
        tokens, seen = appearance()(
            torch.rand(1, 2, 3, 64, 96), [tracks((64, 96), (64, 96), hidden=True)], 2
        )
    assert seen[0].tolist() == [[True, True], [False, True]]
    assert not tokens[0, 1, 0].any()


def test_without_time_the_token_of_a_picture_is_the_same_in_every_frame():
    clips = torch.rand(1, 1, 3, 64, 96).expand(1, 2, 3, 64, 96)
    with torch.no_grad():
        blind, _ = appearance(temporal_position=False)(clips, [tracks((64, 96), (64, 96))], 2)
        seeing, _ = appearance()(clips, [tracks((64, 96), (64, 96))], 2)
    assert torch.allclose(blind[0, :, 0], blind[0, :, 1], atol=1e-6)
    assert not torch.allclose(seeing[0, :, 0], seeing[0, :, 1], atol=1e-3)


def test_words_say_nothing_at_the_start_and_padding_never():
    evidence = WordEvidence(8)
    words, padding = torch.rand(2, 5, 8), torch.zeros(2, 5, dtype=torch.bool)
    padding[:, 3:] = True
    looks = torch.rand(1, 3, 8)
    assert not evidence(looks, TextFeatures(words, padding)).any()
    torch.nn.init.normal_(evidence.of_words.weight)
    said = evidence(looks, TextFeatures(words, padding))
    assert said.shape == (1, 2, 3)
    words[:, 3:] = 7.0
    assert torch.equal(said, evidence(looks, TextFeatures(words, padding)))

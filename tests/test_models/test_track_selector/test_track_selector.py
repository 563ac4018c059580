import pytest
import torch

from mevis.errors import UserError
from mevis.structures import (
    ClipTracks,
    Expression,
    InstanceMasks,
    RefVidSegDataSample,
    Trajectories,
    decode_rle,
    encode_rle,
)

TEXTS = ['the thing moving left', 'the thing that, still']


def scores(selector, tracks, texts=TEXTS):
    with torch.no_grad():
        return selector.choose(selector.encode_tracks(tracks), texts)


def three(build):
    return build.together(
        build.walk((40, 60), (60.0, 0.0)),
        build.walk((100, 30), (-60.0, 0.0), seen=range(2, 9)),
        build.walk((80, 90), (0.0, 0.0)),
    )


def test_a_batch_of_two_is_two_of_one(build):
    selector = build.selector()
    many, one = three(build), build.walk((40, 60), (0.0, 40.0), 30)
    both = scores(selector, [many, one], TEXTS * 2)
    assert both.tracks.shape == (2, 2, 3)
    alone = scores(selector, [one])
    assert torch.allclose(both.tracks[0], scores(selector, [many]).tracks[0], atol=1e-5)
    assert torch.allclose(both.tracks[1, :, :1], alone.tracks[0], atol=1e-5)
    assert torch.allclose(both.presence[1], alone.presence[0], atol=1e-5)


def test_sentences_do_not_know_of_one_another(build):
    selector, tracks = build.selector(), three(build)
    both = scores(selector, [tracks])
    for place, text in enumerate(TEXTS):
        alone = scores(selector, [tracks], [text])
        assert torch.allclose(both.tracks[:, place], alone.tracks[:, 0], atol=1e-5)


def test_the_order_of_tracks_does_not_matter(build):
    selector, tracks = build.selector(), three(build)
    turned = type(tracks)(
        *(getattr(tracks, name).flip(0) for name in ('boxes', 'areas', 'visible')),
        tracks.times,
        tracks.size,
    )
    assert torch.allclose(
        scores(selector, [tracks]).tracks, scores(selector, [turned]).tracks.flip(2), atol=1e-5
    )


def test_without_time_a_scene_and_its_reversal_get_the_same_answer(build):
    there = build.together(
        build.walk((40, 60), (60.0, 0.0), 8), build.walk((80, 90), (0.0, 0.0), 8)
    )
    back = build.together(
        build.walk((100, 60), (-60.0, 0.0), 8), build.walk((80, 90), (0.0, 0.0), 8)
    )
    blind, seeing = build.selector(temporal_position=False), build.selector()
    assert torch.allclose(scores(blind, [there]).tracks, scores(blind, [back]).tracks, atol=1e-4)
    assert not torch.allclose(
        scores(seeing, [there]).tracks, scores(seeing, [back]).tracks, atol=1e-3
    )


def sample(build, tracks, choice):
    one = RefVidSegDataSample(
        metainfo={'expressions': [Expression(str(i), text) for i, text in enumerate(TEXTS)]}
    )
    one.trajectories, one.gt_choice = tracks, torch.tensor(choice)
    return one


def test_it_learns_left_from_right(build):
    selector = build.selector().train()
    there, back = build.walk((40, 60), (60.0, 0.0)), build.walk((100, 60), (-60.0, 0.0))
    still = build.walk((80, 90), (0.0, 0.0))
    samples = [
        sample(build, build.together(there, back, still), [[0.0, 1, 0], [0, 0, 1]]),
        sample(build, build.together(back, there), [[1.0, 0], [0, 0]]),
    ]
    optimizer = torch.optim.Adam(selector.parameters(), 5e-3)
    clips = torch.zeros(2, 0, 3, 32, 32)
    for _ in range(80):
        losses = selector(clips, samples, mode='loss')
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in selector.parameters())
    answer = scores(selector.eval(), [samples[0].trajectories])
    assert (answer.tracks[0] > 0).tolist() == [[False, True, False], [False, False, True]]
    assert answer.presence[0].min() > 0
    assert scores(selector, [samples[1].trajectories]).presence[0, 1] < 0


def test_what_is_open_teaches_nothing(build):
    selector, tracks = build.selector(), three(build)
    known = sample(build, tracks, [[1.0, 0, -1], [0, 0, 1]])
    logits = scores(selector, [tracks]).tracks[0]
    wanted = torch.tensor([1.0, 0, 0, 0, 1])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.cat((logits[0, :2], logits[1])), wanted
    )
    got = selector(torch.zeros(1, 0, 3, 32, 32), [known], mode='loss')['loss_tracks']
    assert torch.allclose(got, loss)


def masks_of(count, frames=6, size=(64, 96)):
    masks = torch.zeros(count, frames, *size, dtype=torch.bool)
    for k in range(count):
        for t in range(frames):
            masks[k, t, 10 : 20 + k, 10 + 9 * k + t : 25 + 9 * k + t] = True
    return masks


def video_sample(count):
    masks = masks_of(count)
    one = RefVidSegDataSample(
        metainfo={
            'video': 'v',
            'frame_names': [str(i) for i in range(6)],
            'frame_indices': list(range(6)),
            'num_video_frames': 6,
            'ori_shape': (64, 96),
            'img_shape': (64, 96),
            'expressions': [Expression('0', TEXTS[0])],
        }
    )
    rles = [encode_rle(tube.numpy()) for tube in masks]
    one.instances = InstanceMasks(rles, [0.5] * count, [0] * count, (64, 96))
    return one, masks


APPEARANCE = dict(
    type='MaskPooledAppearance',
    backbone=dict(type='MotionConvBackbone', channels=(8, 8, 8, 8), stem_channels=8)
    | dict(temporal_stages=(), num_groups=2),
    in_channels=[8, 8],
    levels=[0, 2],
    num_frames=3,
)


CROPS = dict(type='CroppedAppearance', crop_size=8, channels=(8, 8), num_frames=3)
LOOKS = pytest.mark.parametrize('appearance', [APPEARANCE, CROPS], ids=['pooled', 'crops'])


@pytest.mark.parametrize(
    'appearance', [None, APPEARANCE, CROPS], ids=['trajectories', 'pooled', 'crops']
)
@pytest.mark.parametrize('count', [0, 3])
def test_the_answer_is_the_union_of_the_chosen_tracks(build, appearance, count):
    selector = build.selector(appearance=appearance, track_threshold=0.0)
    one, masks = video_sample(count)
    with torch.no_grad():
        encoded = selector.encode_video(torch.zeros(6, 3, 64, 96, dtype=torch.uint8), one)
        answer = selector.answer(encoded, TEXTS[0])
    chunks = list(answer.masks())
    assert torch.equal(torch.cat(chunks), masks.any(0) if count else torch.zeros(6, 64, 96) > 0)
    assert 0 <= answer.score <= 1
    assert 0 <= answer.presence <= 1
    assert answer.score > 0 or not count


@LOOKS
def test_looks_tell_tracks_apart_that_move_alike(build, appearance):
    selector = build.selector(appearance=appearance, num_encoder_layers=1)
    one, _ = video_sample(2)
    one.instances = InstanceMasks([one.instances.rles[0]] * 2, [0.5, 0.4], [0, 0], (64, 96))
    dark = torch.zeros(6, 3, 64, 96, dtype=torch.uint8)
    with torch.no_grad():
        encoded = selector.encode_video(dark, one)
        bright = selector.encode_video(dark + 200, one)
    assert torch.allclose(encoded.encoded.tokens[0, 0], encoded.encoded.tokens[0, 1], atol=1e-5)
    assert not torch.allclose(encoded.encoded.tokens, bright.encoded.tokens, atol=1e-3)


@LOOKS
def test_words_learn_to_tell_colours_of_tracks_that_move_alike(build, appearance):
    selector = build.selector(appearance=appearance, num_encoder_layers=1).train()
    one, masks = video_sample(2)
    one.set_metainfo({'expressions': [Expression('0', 'left'), Expression('1', 'right')]})
    one.gt_choice = torch.eye(2)
    frames = torch.zeros(6, 3, 64, 96)
    frames[:, 0][masks[0]], frames[:, 2][masks[1]] = 2.0, 2.0
    still = torch.stack([masks[k, 0] for k in range(2)])[:, None].expand_as(masks)
    rles = [encode_rle(tube.numpy()) for tube in still]
    one.instances = InstanceMasks(rles, [0.5] * 2, [0] * 2, (64, 96))
    optimizer = torch.optim.Adam(selector.parameters(), 5e-3)
    for _ in range(60):
        losses = selector.loss(frames[None], torch.zeros(1, 6, 64, 96, dtype=torch.bool), [one])
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
    tracks = selector.eval().choose(_encoded(selector, frames, one), ['left', 'right']).tracks[0]
    assert (tracks > 0).tolist() == [[True, False], [False, True]]


def _encoded(selector, frames, one):
    clip = ClipTracks.of(one.instances, range(6), 6, (64, 96), (64, 96))
    tracks = Trajectories.from_instances(one.instances, range(6), 6)
    return selector.encode_tracks([tracks], frames[None], [clip])


@torch.no_grad()
def test_a_video_of_which_nobody_knows_tracks_is_an_error(build):
    """Not an answer of nothing, which would be a score of zero for a folder that was not named."""
    selector = build.selector()
    frames = torch.zeros(6, 3, 64, 96, dtype=torch.uint8)
    one, _ = video_sample(0)
    (none_found,) = selector([frames], [one], mode='predict')
    assert not decode_rle(none_found.predictions[0].rles, (64, 96)).any()
    one = RefVidSegDataSample(metainfo=one.metainfo)
    with pytest.raises(UserError, match=r'^v: TrackSelector has no .*instance_masks_dir=DIR'):
        selector([frames], [one], mode='predict')

from dataclasses import replace

import pytest
import torch

from mevis.structures import InstanceMasks
from mevis.testing.small_tracks import (
    CHANNELS,
    EMBED_DIMS,
    IMG_SHAPE,
    CountingEncoder,
    clip_of,
    frames_of,
    levels_of,
    video_tracks,
)

OWN = dict(type='MotionConvBackbone', temporal_stages=(), channels=(8, 8, 8, 8), stem_channels=8)


def describe(initializer, tracks, encode):
    return initializer.describe([level[0] for level in levels_of()], tracks, encode)


def test_every_mask_that_is_there_is_encoded_once(build_one, encode):
    describe(build_one('DVISInstance'), clip_of(video_tracks(3)), encode)
    # 3 tracks in frames 0, 2, 4 and 5; the second is empty in 2 and absent in 4.
    assert len(encode) == 3 * 4 - 2
    images = torch.cat(encode.images)
    assert images.dtype == torch.uint8
    assert images.shape == (10, 3, *IMG_SHAPE)
    assert (images[:, :1] == images).all()
    # Frame after frame, the surest instance first.
    covered = clip_of(video_tracks(3)).cover(0, 0, IMG_SHAPE)
    assert torch.equal(images[0, 0], (covered * 255).round().to(torch.uint8))
    assert images[0].max() == 255
    assert images[0].min() == 0


def test_no_more_than_some_images_at_a_time(build_one, encode):
    describe(build_one('DVISInstance'), clip_of(video_tracks(6), range(6)), encode)
    assert len(encode) == 34
    assert max(map(len, encode.images)) <= 16


def test_tokens_are_projected_means_of_the_maps(build_one, encode):
    initializer = build_one('DVISInstance', levels=(0, 3))
    tokens, padding = describe(initializer, clip_of(video_tracks(2)), encode)
    assert tokens.shape == (2, 4 * 2, EMBED_DIMS)
    assert padding.tolist() == [[False] * 8, [False] * 2 + [True] * 4 + [False] * 2]
    levels = CountingEncoder()(encode.images[0][:1])
    for place, level in enumerate((0, 3)):
        pooled = levels[level].mean((2, 3))[0]
        wanted = initializer.projections[place](pooled)
        torch.testing.assert_close(tokens[0, place], wanted)


def test_pooling_under_the_mask(build_one, encode):
    initializer = build_one('DVISInstance', levels=(0,), pooling='mask')
    tokens, _ = describe(initializer, clip_of(video_tracks(1)), encode)
    image = encode.images[0][:1]
    level = CountingEncoder()(image)[0]
    shares = torch.nn.functional.avg_pool2d(image[:, :1].float() / 255, 4)
    pooled = (level * shares).sum((2, 3)) / shares.sum()
    torch.testing.assert_close(
        tokens[0, 0], initializer.projections[0](pooled)[0], rtol=1e-3, atol=1e-3
    )


def test_masked_frames(build_one, encode):
    initializer = build_one('DVISInstance', mask_input='masked_frame')
    describe(initializer, clip_of(video_tracks(1)), encode)
    images, frames = encode.images[0], frames_of()[[0, 2, 4, 5]]
    masks = torch.stack([clip_of(video_tracks(1)).cover(0, t, IMG_SHAPE) for t in range(4)])
    torch.testing.assert_close(images, frames * masks[:, None])
    plain = InstanceMasks(*vars(video_tracks(1)).values())
    with pytest.raises(ValueError, match='come without frames'):
        describe(initializer, replace(clip_of(plain), read=None), encode)


def test_an_encoder_of_its_own_leaves_the_backbone_alone(build_one, encode):
    initializer = build_one('DVISInstance', visual_encoder=OWN, backbone_channels=None)
    tokens, _ = describe(initializer, clip_of(video_tracks(1)), encode)
    assert tokens.shape == (1, 4 * 3, EMBED_DIMS)
    assert len(encode) == 0


def test_an_encoder_without_declared_channels(build_one, encode):
    config = dict(type='mmdet.ResNet', depth=18, base_channels=4)
    options = dict(visual_encoder=config, encoder_channels=(4, 8, 16, 32))
    initializer = build_one('DVISInstance', **options)
    tokens, _ = describe(initializer, clip_of(video_tracks(1)), encode)
    assert tokens.isfinite().all()


@pytest.mark.parametrize('learns', [False, True])
def test_whether_the_backbone_learns_from_the_masks(build_one, learns):
    class Learning(CountingEncoder):
        def forward(self, images):
            return super().forward(images)

    encode = Learning()
    encode.mixes = [mix.requires_grad_() for mix in encode.mixes]
    initializer = build_one('DVISInstance', encoder_gradients=learns)
    describe(initializer, clip_of(video_tracks(1)), encode)[0].square().sum().backward()
    assert [mix.grad is not None for mix in encode.mixes[1:]] == [learns] * 3
    assert all(p.grad is not None for p in initializer.projections.parameters())


def test_images_may_be_smaller_than_frames(build_one, encode):
    large = replace(clip_of(video_tracks(1)), img_shape=(200, 300))
    describe(build_one('DVISInstance', image_scale=0.25), large, encode)
    assert encode.images[0].shape[-2:] == (50, 75)
    describe(build_one('DVISInstance', image_scale=0.1), large, encode)
    assert encode.images[1].shape[-2:] == (32, 32)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(mask_input='frame'), 'mask_input'),
        (dict(pooling='max'), 'pooling'),
        (dict(backbone_channels=None), 'channels'),
        (dict(levels=(0, 4)), 'levels'),
    ],
)
def test_wrong_options(build_one, options, message):
    assert len(CHANNELS) == 4
    with pytest.raises(ValueError, match=message):
        build_one('DVISInstance', **options)

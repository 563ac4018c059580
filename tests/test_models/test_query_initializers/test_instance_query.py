"""What must hold of every initializer that looks at instances."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mevis.models.query_initializers import RandomQueryInitializer
from mevis.structures import InstanceMasks, encode_rle
from mevis.testing.small_tracks import (
    CHANNELS,
    EMBED_DIMS,
    NUM_FRAMES,
    VIDEO_SIZE,
    CountingEncoder,
    clip_of,
    levels_of,
    video_tracks,
)

NOTHING = InstanceMasks([], [], [], VIDEO_SIZE)


def empty_track() -> list:
    return encode_rle(np.zeros((NUM_FRAMES, *VIDEO_SIZE), bool))


def joined(tracks, more, score):
    return replace(
        tracks,
        rles=[*tracks.rles, more],
        scores=[*tracks.scores, score],
        categories=[*tracks.categories, -1],
    )


def test_as_initialised_it_is_the_random_query_to_the_bit(make, encode):
    initializer = make()
    query = initializer(levels_of(), [clip_of(video_tracks())], encode)
    assert torch.equal(query, initializer.embedding.weight[None])


def test_it_changes_once_the_block_is_wake(make, encode, wake):
    initializer = wake(make())
    query = initializer(levels_of(), [clip_of(video_tracks())], encode)
    assert query.shape == (1, 3, EMBED_DIMS)
    assert (query - initializer.embedding.weight).abs().max() > 0.01


def test_without_instances_it_is_the_random_query_to_the_bit(make, encode, wake):
    initializer = wake(make())
    random = RandomQueryInitializer(3, EMBED_DIMS)
    random.load_state_dict({'embedding.weight': initializer.embedding.weight})
    for instances in ([None, None], [clip_of(NOTHING), NOTHING], [None, clip_of(NOTHING)]):
        query = initializer(levels_of(2), instances, encode)
        assert torch.equal(query, random(levels_of(2), instances, encode))
    none = wake(make(num_instances=0))(levels_of(), [clip_of(video_tracks())], encode)
    assert torch.equal(none, random(levels_of(), [None], encode))
    assert len(encode) == 0


def test_the_learned_part_has_the_name_that_the_random_query_has(make):
    assert 'embedding.weight' in make().state_dict()


def test_a_batch_of_two_is_two_of_one(make, encode, wake):
    initializer = wake(make())
    clips = [clip_of(video_tracks(3)), clip_of(video_tracks(1), seed=1)]
    for pair in (clips, [clips[0], None], [clip_of(NOTHING), clips[1]]):
        together = initializer(levels_of(2), pair, encode)
        for index in range(2):
            part = [level[index : index + 1] for level in levels_of(2)]
            alone = initializer(part, pair[index : index + 1], encode)
            torch.testing.assert_close(together[index], alone[0], rtol=1e-4, atol=1e-5)
    both = initializer(levels_of(2), clips, encode)
    assert (both[0] - both[1]).abs().max() > 0.01


def test_padding_of_k_changes_nothing(make, encode, wake):
    """A track that no frame of the clip shows is padding, and so are those of a larger batch."""
    initializer = wake(make())
    plain = initializer(levels_of(), [clip_of(video_tracks())], encode)
    padded = joined(video_tracks(), empty_track(), 0.95)  # it would be the first
    got = initializer(levels_of(), [clip_of(padded)], encode)
    torch.testing.assert_close(got, plain, rtol=1e-4, atol=1e-5)
    unseen = initializer(levels_of(), [clip_of(joined(NOTHING, empty_track(), 0.5))], encode)
    assert torch.equal(unseen[0], initializer.embedding.weight)
    assert not unseen.isnan().any()


def test_the_best_k_count(make, encode, wake):
    two = wake(make(num_instances=2))(levels_of(), [clip_of(video_tracks(3))], encode)
    best = wake(make())(levels_of(), [clip_of(video_tracks(3).top(2))], encode)
    torch.testing.assert_close(two, best)


@pytest.mark.parametrize('order', ['score', 'score_rising', 'area', 'first_seen'])
def test_the_place_in_the_file_does_not_matter(make, encode, order, wake):
    initializer = wake(make(order=order))
    tracks = video_tracks(3)
    plain = initializer(levels_of(), [clip_of(tracks)], encode)
    for places in ([2, 0, 1], [1, 2, 0]):
        moved = initializer(levels_of(), [clip_of(tracks.take(places))], encode)
        torch.testing.assert_close(moved, plain, rtol=1e-4, atol=1e-5)


def test_the_order_of_instances_does_matter(make, encode, wake):
    queries = [
        wake(make(order=order))(levels_of(), [clip_of(video_tracks(3))], encode)
        for order in ('score', 'score_rising')
    ]
    assert (queries[0] - queries[1]).abs().max() > 1e-3


def test_one_frame_and_a_mask_at_the_border(make, encode, wake):
    masks = np.zeros((NUM_FRAMES, *VIDEO_SIZE), bool)
    masks[:, 47:, 79:] = True
    tracks = InstanceMasks([encode_rle(masks)], [0.5], [-1], VIDEO_SIZE)
    initializer = wake(make())
    query = initializer(levels_of(1, 1), [clip_of(tracks, [3])], encode)
    assert query.isfinite().all()
    assert (query - initializer.embedding.weight).abs().max() > 0.001


def test_flipped_tracks_are_other_tracks_and_flip_back(make, encode, wake):
    """Masks follow the frames: what a flip of both does, no flip of one alone does."""
    initializer = wake(make())
    tracks = video_tracks()
    mirrored = replace(
        tracks, rles=[encode_rle(track[..., ::-1]) for track in tracks.decode(range(6)).numpy()]
    )
    got = initializer(levels_of(), [clip_of(replace(mirrored, flipped=True))], encode)
    wanted = initializer(levels_of(), [clip_of(tracks)], encode)
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-5)


def test_gradients_reach_every_parameter(make):
    """As initialised those of the last layers of the block alone, after one step all."""
    options = dict(type='MotionConvBackbone', temporal_stages=(), channels=(8, 8, 8, 8))
    own = dict(visual_encoder={**options, 'stem_channels': 8}) if 'DVIS' in str(make()) else {}
    initializer = make(**own).train()
    optimizer = torch.optim.SGD(initializer.parameters(), lr=0.1)
    weights = torch.randn(2, 3, EMBED_DIMS)

    def reached() -> set[str]:
        optimizer.zero_grad()
        clips = [clip_of(video_tracks(3)), clip_of(video_tracks(2), seed=1)]
        query = initializer(levels_of(2), clips, CountingEncoder())
        (query.square() * weights).sum().backward()
        named = dict(initializer.named_parameters())
        assert all(p.grad is not None and p.grad.isfinite().all() for p in named.values())
        return {name for name, p in named.items() if p.grad.abs().max() > 0}

    first = reached()
    last = ('cross_attn.attn.out_proj', 'self_attn.attn.out_proj', 'ffn.linear2')
    assert {f'block.{name}.{kind}' for name in last for kind in ('weight', 'bias')} <= first
    optimizer.step()
    missing = {name for name, _ in initializer.named_parameters()} - reached()
    assert not missing


def test_unknown_order(build_one):
    with pytest.raises(ValueError, match="order 'size' is none of score"):
        build_one('Trajectory', order='size')


@torch.no_grad()
def test_mixed_precision_changes_no_bit_of_an_untrained_query(make, wake, encode):
    initializer = make()
    with torch.autocast('cpu', torch.bfloat16):
        query = initializer(levels_of(), [clip_of(video_tracks())], encode)
        assert torch.equal(query, initializer.embedding.weight[None])
    wake(initializer)
    with torch.autocast('cpu', torch.bfloat16):
        rough = initializer(levels_of(), [clip_of(video_tracks())], encode)
    exact = initializer(levels_of(), [clip_of(video_tracks())], encode)
    assert rough.dtype == exact.dtype == torch.float32
    assert (rough - exact).abs().max() < 0.1 * exact.abs().max()


@torch.no_grad()
def test_everything_is_on_the_device_of_the_model(make):
    """On one that computes nothing and refuses tensors of another."""

    def encode(images):
        assert images.device.type == 'meta'
        sizes = [[-(-side // stride) for side in images.shape[-2:]] for stride in (4, 8, 16, 32)]
        return [
            images.new_empty(len(images), count, *size, dtype=torch.float)
            for count, size in zip(CHANNELS, sizes, strict=True)
        ]

    tracks = clip_of(video_tracks())
    read = tracks.read
    tracks = replace(tracks, read=lambda positions: read(positions).to('meta'))
    kinds = [{}]
    if 'DVIS' in type(make()).__name__:
        kinds += [dict(mask_input='masked_frame', pooling='mask')]
    for options in kinds:
        initializer = make(**options).to('meta')
        levels = [level.to('meta') for level in levels_of()]
        assert initializer(levels, [tracks], encode).device.type == 'meta'


def test_data_without_tracks_is_said_once(make, encode, monkeypatch):
    """Nothing fails: a training without instance_masks_dir would learn nothing of instances."""
    said = []
    name = 'mevis.models.query_initializers.instance_query.print_log'
    monkeypatch.setattr(name, lambda text, *rest: said.append(text))
    initializer = make()
    initializer(levels_of(2), [None, clip_of(NOTHING)], encode)
    initializer(levels_of(), [clip_of(video_tracks())], encode)
    assert said == []
    for _ in range(2):
        initializer(levels_of(2), [None, None], encode)
    (warning,) = said
    assert 'instance_masks_dir' in warning
    assert 'model.track_source' in warning

from dataclasses import replace

import torch

from mevis.testing.small_tracks import EMBED_DIMS, clip_of, levels_of, video_tracks


def level_list():
    return [level[0] for level in levels_of()]


def test_the_backbone_is_not_asked(build_one, encode):
    initializer = build_one('MaskPooledInstance')
    tokens, padding = initializer.describe(level_list(), clip_of(video_tracks(2)), encode)
    assert tokens.shape == (2, 4 * 3, EMBED_DIMS)
    assert padding[1].tolist() == [False] * 3 + [True] * 6 + [False] * 3
    assert len(encode) == 0


def test_tokens_are_means_under_the_masks(build_one, encode):
    initializer = build_one('MaskPooledInstance', levels=(0,))
    tracks = clip_of(video_tracks(2))
    tokens, _ = initializer.describe(level_list(), tracks, encode)
    # 32x56 pixels are 4x7 cells of stride 8, in the upper left of 8x8.
    shares = torch.zeros(8, 8)
    shares[:4, :7] = tracks.cover(1, 3, (4, 7))
    level = level_list()[0][3]
    pooled = (level * shares).sum((1, 2)) / shares.sum()
    wanted = initializer.appearance.projections[0](pooled)
    torch.testing.assert_close(tokens[1, 3], wanted, rtol=1e-4, atol=1e-5)


def test_what_is_padding_of_the_frames_is_not_seen(build_one, encode):
    initializer = build_one('MaskPooledInstance')
    levels = level_list()
    before, _ = initializer.describe(levels, clip_of(video_tracks(2)), encode)
    levels[0][:, :, 4:] = levels[0][:, :, :, 7:] = 99.0
    levels[1][:, :, 2:] = 99.0
    levels[2][:, :, 1:] = 99.0
    after, _ = initializer.describe(levels, clip_of(video_tracks(2)), encode)
    torch.testing.assert_close(after, before)


def test_chunks_of_frames_change_nothing(build_one, encode):
    initializer = build_one('MaskPooledInstance')
    frames = [0, 1, 2, 3, 4, 5] * 3
    levels = [level[0] for level in levels_of(1, 18)]
    tokens, _ = initializer.describe(levels, clip_of(video_tracks(2), frames), encode)
    for start in (0, 6, 12):
        part = [level[start : start + 6] for level in levels]
        alone, _ = initializer.describe(part, clip_of(video_tracks(2), range(6)), encode)
        torch.testing.assert_close(tokens[:, 3 * start : 3 * start + 18], alone)


def test_moved_frames_move_the_features_with_the_mask(build_one, encode):
    """Cells that follow the mask give the same token wherever the mask is."""
    initializer = build_one('MaskPooledInstance', levels=(0,))
    tracks = replace(clip_of(video_tracks(1), [0]), img_shape=(64, 64), canvas=(64, 64))
    at_left = replace(tracks, flipped=True)
    level = torch.randn(1, EMBED_DIMS, 8, 8)
    right, _ = initializer.describe([level], tracks, encode)
    left, _ = initializer.describe([level.flip(-1)], at_left, encode)
    torch.testing.assert_close(left, right)

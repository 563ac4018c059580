from dataclasses import replace

import numpy as np
import torch

from mevis.models.query_initializers.trajectory import time_waves, trajectory_values
from mevis.structures import ClipTracks, InstanceMasks, Trajectories, encode_rle
from mevis.testing.small_tracks import (
    EMBED_DIMS,
    NUM_FRAMES,
    VIDEO_SIZE,
    clip_of,
    levels_of,
    video_tracks,
)


def moving(step: int) -> InstanceMasks:
    masks = np.zeros((NUM_FRAMES, *VIDEO_SIZE), bool)
    for frame in range(NUM_FRAMES):
        left = 34 + step * (2 * frame - NUM_FRAMES + 1)
        masks[frame, 20:30, left : left + 12] = True
    return InstanceMasks([encode_rle(masks)], [0.5], [-1], VIDEO_SIZE)


def test_values():
    shape = Trajectories(
        boxes=torch.tensor([[[20.0, 10, 40, 20], [0, 0, 0, 0], [40, 10, 60, 30]]]),
        areas=torch.tensor([[200.0, 0, 400]]),
        visible=torch.tensor([[True, False, True]]),
        times=torch.tensor([0, 0.5, 1]),
        size=(50, 100),
    )
    values = trajectory_values(shape)
    assert values.shape == (1, 3, 13)
    assert (values[0, 1] == 0).all()
    root = [(area / 5000) ** 0.5 for area in (200, 400)]
    off = (root[0] - root[1]) / 2
    first = [0.2, 0.2, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, root[0], -0.1, -0.05, off, 1]
    last = [0.4, 0.2, 0.6, 0.6, 0.5, 0.4, 0.2, 0.4, root[1], 0.1, 0.05, -off, 1]
    torch.testing.assert_close(values[0, 0], torch.tensor(first))
    torch.testing.assert_close(values[0, 2], torch.tensor(last))


def test_times_have_codes_of_their_own():
    waves = time_waves(torch.linspace(0, 1, 50), 6)
    assert waves.shape == (50, 12)
    distance = torch.cdist(waves, waves) + 9 * torch.eye(50)
    assert distance.min() > 0.3


@torch.no_grad()
def test_it_sees_the_direction_of_time_and_the_others_do_not(build_one, wake, encode):
    """The same boxes in the other order, under levels that are the same in all frames."""
    levels = [level[:, :1].expand(-1, NUM_FRAMES, -1, -1, -1) for level in levels_of()]
    different = {}
    for name in ('DVISInstance', 'MaskPooledInstance', 'Trajectory'):
        initializer = wake(build_one(name))
        queries = [
            initializer(levels, [clip_of(moving(step), range(NUM_FRAMES))], encode)
            for step in (3, -3)
        ]
        different[name] = float((queries[0] - queries[1]).abs().max())
    assert different['Trajectory'] > 0.01
    assert different['DVISInstance'] < 1e-4
    assert different['MaskPooledInstance'] < 1e-4


def test_trajectories_alone(build_one, encode):
    initializer = build_one('Trajectory', levels=())
    tracks = clip_of(video_tracks(2))
    tokens, padding = initializer.describe([levels_of()[0][0]], tracks, encode)
    other, _ = initializer.describe([levels_of(seed=5)[0][0]], tracks, encode)
    assert torch.equal(tokens, other)
    assert tokens.shape == (2, 4, EMBED_DIMS)
    assert not padding.any()


def test_absent_frames_give_a_token_that_knows_no_place(build_one, encode):
    initializer = build_one('Trajectory')
    levels = [level[0] for level in levels_of()]
    tracks = clip_of(video_tracks(2))
    tokens, padding = initializer.describe(levels, tracks, encode)
    assert not padding.any()
    moved = replace(tracks, rles=[tracks.rles[1], tracks.rles[1]])
    again, _ = initializer.describe(levels, moved, encode)
    torch.testing.assert_close(again[0, 2], tokens[1, 2])
    assert not torch.allclose(tokens[1, 1], tokens[1, 2])  # the times differ


def test_where_the_clip_lies_in_the_video_matters(build_one, encode):
    initializer = build_one('Trajectory')
    levels = [level[0] for level in levels_of()]
    early = ClipTracks.of(video_tracks(1), [0, 1, 2, 3], 6, (32, 56), (64, 64))
    late = replace(early, times=early.times + 0.4)
    tokens = [initializer.describe(levels, tracks, encode)[0] for tracks in (early, late)]
    assert (tokens[0] - tokens[1]).abs().max() > 0.01

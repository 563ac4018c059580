import numpy as np
import torch

from mevis.models.mutr.clip_tracks import clip_tracks
from mevis.structures import InstanceMasks, encode_rle
from mevis.testing.small_mutr import video_sample


def sample_of(times, size):
    sample = video_sample(len(times), size, times=times)
    tube = np.zeros((max(times) + 1, *size), bool)
    tube[:, 2:5, 3:8] = True
    sample.instances = InstanceMasks([encode_rle(tube)], [0.9], [0], size)
    return sample


def test_a_sample_without_instances_has_no_tracks():
    assert clip_tracks(torch.zeros(2, 3, 8, 8), video_sample(2, (8, 8)), torch.abs) is None


def test_frames_are_read_normalised_and_without_their_padding():
    clip = torch.arange(2 * 3 * 16 * 32).reshape(2, 3, 16, 32).to(torch.uint8)
    given = clip_tracks(clip, sample_of((1, 4), (10, 20)), lambda frames: frames / 255 - 1)
    assert given.img_shape == (10, 20)
    assert given.canvas == (16, 32)
    torch.testing.assert_close(given.read([1]), clip[1:, :, :10, :20] / 255 - 1)
    assert [round(4 * time) for time in given.times.tolist()] == [1, 4]


def test_frames_that_are_normalised_already_stay_as_they_are():
    clip = torch.randn(1, 3, 8, 8)
    given = clip_tracks(clip, sample_of((0,), (8, 8)), lambda frames: frames * 0)
    assert torch.equal(given.read([0]), clip)

import pytest
import torch

from mevis.models.layers import over_frames
from mevis.models.layers.frame_chunks import frames_at_once


@pytest.mark.parametrize('chunk_size', [None, 1, 2, 5, 9])
def test_chunks_are_joined_in_order(chunk_size):
    x, y = torch.randn(2, 5, 3), torch.randn(2, 5, 4)
    seen = []

    def function(a, nothing, b):
        assert nothing is None
        seen.append(a.shape[1])
        return torch.cat((a, b), -1)

    joined = over_frames(function, chunk_size, x, None, y)
    torch.testing.assert_close(joined, torch.cat((x, y), -1))
    assert max(seen) <= (chunk_size or 5)
    assert sum(seen) == 5


def test_small_frames_are_taken_as_asked():
    assert frames_at_once(8, torch.empty(1, 20, 3, 96, 160)) == 8


def test_large_frames_are_taken_by_fewer_on_a_cpu():
    sizes = [(360, 640), (720, 1280), (2160, 3840)]
    frames = [torch.empty(1, 4, 3, *size, device='meta') for size in sizes]
    assert [frames_at_once(8, clip) for clip in frames] == [8, 8, 8]
    on_cpu = [torch.empty(1).expand(1, 4, 3, *size) for size in sizes]
    assert [frames_at_once(8, clip) for clip in on_cpu] == [2, 1, 1]
    cells = torch.empty(1).expand(1, 4, 90, 160)
    assert frames_at_once(8, cells, stride=4) == 2
    assert frames_at_once(1, cells, stride=4) == 1


def test_clips_share_a_chunk():
    assert frames_at_once(8, torch.empty(4, 5, 3, 32, 32)) == 2
    assert frames_at_once(8, torch.empty(40, 5, 3, 32, 32)) == 1


@pytest.mark.parametrize('shape', [(0, 5, 3, 32, 32), (1, 5, 3, 0, 32)])
def test_clips_may_be_empty(shape):
    assert frames_at_once(8, torch.empty(shape)) == 8


def test_all_frames_stay_all():
    assert frames_at_once(None, torch.empty(4, 5, 3, 32, 32)) is None

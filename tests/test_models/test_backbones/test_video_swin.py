import pytest
import torch

from mevis.models.backbones import VideoSwinTransformer
from mevis.models.backbones.video_swin import _fit, _from_windows, _shift_mask, _to_windows


@pytest.fixture(scope='module')
def backbone():
    torch.manual_seed(0)
    return VideoSwinTransformer(
        8, (2, 2, 2, 1), (1, 2, 2, 2), window_size=(4, 3, 3), drop_path_rate=0.0
    ).eval()


@pytest.mark.parametrize('size', [(1, 32, 32), (3, 75, 101), (9, 33, 70)])
@torch.no_grad()
def test_any_size_gives_a_map_per_frame(backbone, size):
    frames, height, width = size
    levels = backbone(torch.randn(1, frames, 3, height, width))
    for level, channels in zip(levels, backbone.out_channels, strict=True):
        assert level.shape[:2] == (frames, channels)
        assert level.isfinite().all()
        step = 4 if level is levels[0] else 2
        height, width = -(-height // step), -(-width // step)
        assert level.shape[2:] == (height, width)


@torch.no_grad()
def test_it_sees_the_order_of_frames(backbone):
    clip = torch.randn(1, 4, 3, 32, 32)
    for forward, backward in zip(backbone(clip), backbone(clip.flip(1)), strict=True):
        assert (forward - backward.flip(0)).abs().max() > 1e-4


@torch.no_grad()
def test_clips_do_not_meet(backbone):
    clips = torch.randn(2, 3, 3, 40, 32)
    together, alone = backbone(clips), backbone(clips[1:])
    for both, one in zip(together, alone, strict=True):
        torch.testing.assert_close(both[3:], one, rtol=1e-4, atol=1e-5)


def test_windows_are_taken_apart_and_put_together():
    x = torch.randn(2, 4, 6, 9, 5)
    window = (2, 3, 3)
    parts = _to_windows(x, window)
    assert parts.shape == (2, 2 * 2 * 3, 18, 5)
    torch.testing.assert_close(_from_windows(parts, window, (4, 6, 9)), x)


def test_a_window_covers_a_small_map_and_does_not_shift():
    assert _fit((8, 7, 7), (4, 3, 3), (3, 14, 5)) == ((3, 7, 5), (0, 3, 0))


def test_the_shift_makes_no_neighbours():
    """In one dimension: eight cells in windows of four, shifted by two."""
    mask = _shift_mask((8, 1, 1), (4, 1, 1), (2, 0, 0), torch.device('cpu'))
    assert mask.shape == (2, 4, 4)
    assert not mask[0].any()
    assert (mask[1, :2, 2:] == -100).all()
    assert not mask[1, :2, :2].any()

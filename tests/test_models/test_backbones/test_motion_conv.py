import pytest
import torch

from mevis.models.backbones import MotionConvBackbone


def backbone(temporal_stages):
    torch.manual_seed(0)
    return MotionConvBackbone((8, 8, 16, 16), 8, temporal_stages).eval()


@torch.no_grad()
def test_it_sees_the_order_of_frames_where_it_is_told_to():
    clip = torch.randn(1, 4, 3, 64, 64)
    model = backbone((1,))
    forward, backward = model(clip), model(clip.flip(1))
    differs = [
        bool((one - other.flip(0)).abs().max() > 1e-3)
        for one, other in zip(forward, backward, strict=True)
    ]
    assert differs == [False, True, True, True]


@torch.no_grad()
def test_without_temporal_stages_it_is_an_image_backbone():
    clip = torch.randn(1, 4, 3, 64, 64)
    model = backbone(())
    for one, other in zip(model(clip), model(clip.transpose(0, 1)), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize('frames', [1, 2])
@torch.no_grad()
def test_clips_do_not_meet(frames):
    model, clips = backbone((0, 1, 2, 3)), torch.randn(2, frames, 3, 64, 64)
    for both, one in zip(model(clips), model(clips[:1]), strict=True):
        torch.testing.assert_close(both[:frames], one, rtol=1e-4, atol=1e-5)

import pytest
import torch

from mevis.models.dvis.temporal_refiner import TemporalRefiner


@pytest.fixture(scope='module')
def refiner() -> TemporalRefiner:
    torch.manual_seed(0)
    return TemporalRefiner(
        num_classes=3, embed_dims=16, mask_dims=8, num_layers=2, num_heads=2, feedforward_dims=32
    ).eval()


def random_tracks(frames: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(frames)
    return tuple(torch.randn(2, frames, 5, 16, generator=generator))


@torch.no_grad()
@pytest.mark.parametrize('frames', [1, 2, 9])
def test_videos_of_any_length(refiner, frames):
    refined = refiner(*random_tracks(frames))
    assert refined.logits.shape == (5, 4)
    assert refined.kernels.shape == (frames, 5, 8)
    assert torch.isfinite(refined.kernels).all()


@torch.no_grad()
def test_tracks_and_what_frames_hold_have_no_order(refiner):
    tracks, memory = random_tracks(6)
    order, other = torch.tensor([3, 1, 4, 0, 2]), torch.tensor([1, 0, 2, 4, 3])
    refined = refiner(tracks, memory)
    permuted = refiner(tracks[:, order], memory[:, other])
    torch.testing.assert_close(permuted.logits, refined.logits[order], atol=1e-5, rtol=0)
    torch.testing.assert_close(permuted.kernels, refined.kernels[:, order], atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_still_video_is_the_same_at_any_length(refiner):
    """Borders are repeated: no frame of a still video can tell that it is the first."""
    tracks, memory = (x.expand(7, -1, -1) for x in random_tracks(1))
    refined = refiner(tracks, memory)
    torch.testing.assert_close(
        refined.kernels, refined.kernels[:1].expand_as(refined.kernels), atol=1e-5, rtol=0
    )
    short = refiner(tracks[:1], memory[:1])
    torch.testing.assert_close(refined.logits, short.logits, atol=1e-5, rtol=0)


@torch.no_grad()
def test_every_frame_sees_the_whole_video(refiner):
    tracks, memory = random_tracks(9)
    changed = memory.clone()
    changed[0] += torch.randn(5, 16, generator=torch.Generator().manual_seed(5))
    difference = (refiner(tracks, changed).kernels - refiner(tracks, memory).kernels).abs()
    assert (difference.amax((1, 2)) > 1e-5).all()


def test_every_parameter_learns(refiner):
    refined = refiner(*random_tracks(4))
    (refined.logits.square().sum() + refined.kernels.square().sum()).backward()
    assert [name for name, p in refiner.named_parameters() if p.grad is None] == []
    refiner.zero_grad()

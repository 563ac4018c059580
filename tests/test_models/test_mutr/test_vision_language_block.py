import pytest
import torch

from mevis.models.mutr.vision_language_block import VisionLanguageBlock, nearest_mask
from mevis.models.mutr.word_features import WordFeatures


@pytest.fixture
def block():
    torch.manual_seed(0)
    return VisionLanguageBlock(16, 2, 32, reduction=2, dropout=0.1).eval()


def level(frames=2, size=(6, 9)):
    return torch.randn(1, frames, 16, *size, generator=torch.Generator().manual_seed(0))


def words():
    values = torch.randn(1, 3, 16, generator=torch.Generator().manual_seed(1))
    return WordFeatures(values, torch.zeros(1, 3, dtype=torch.bool), torch.zeros_like(values))


def test_a_pixel_sees_every_frame(block):
    x = level(3).requires_grad_()
    mask = torch.zeros(1, 3, 6, 9, dtype=torch.bool)
    block.look_around(x, torch.zeros_like(x), mask)[0, 0, 0, 0].square().sum().backward()
    assert (x.grad.abs().sum((0, 2, 3, 4)) > 0).all()


@torch.no_grad()
def test_padding_is_not_looked_at(block):
    x = level()
    mask = torch.zeros(1, 2, 6, 9, dtype=torch.bool)
    mask[..., 4:] = True
    dirty = x.masked_fill(mask[:, :, None], 1e2)
    zero = torch.zeros_like(x)
    clean, other = (block.look_around(one, zero, mask) for one in (x, dirty))
    # Attended maps are enlarged bilinearly: the last valid column meets its neighbour.
    torch.testing.assert_close(other[:, :, :, :3], clean[:, :, :, :3], rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_words_are_looked_at_pixel_by_pixel(block):
    tokens = level().permute(0, 1, 3, 4, 2)
    position = torch.zeros(1, 2, 16, 6, 9)
    whole = block.look_at_words(tokens, position, words())
    for frame in range(2):
        part = slice(frame, frame + 1)
        alone = block.look_at_words(tokens[:, part], position[:, part], words())
        torch.testing.assert_close(whole[:, part], alone)


@torch.no_grad()
def test_a_map_smaller_than_its_reduction_works():
    torch.manual_seed(0)
    block = VisionLanguageBlock(16, 2, 32, reduction=8, dropout=0.0)
    x = level(1, (3, 20))
    out = block.look_around(x, torch.zeros_like(x), torch.zeros(1, 1, 3, 20, dtype=torch.bool))
    assert out.shape == (1, 1, 3, 20, 16)
    assert out.isfinite().all()


@torch.no_grad()
def test_folded_words_are_what_attention_finds(block):
    """Few words are folded into two matrices; with gradients nothing is."""
    tokens = level(3).permute(0, 1, 3, 4, 2)
    place = torch.randn(1, 1, 16, 6, 9, generator=torch.Generator().manual_seed(2))
    got = block.look_at_words(tokens, place, words())
    with torch.enable_grad():
        wanted = block.look_at_words(tokens, place, words())
        assert wanted.requires_grad
    torch.testing.assert_close(got, wanted.detach(), rtol=1e-4, atol=1e-5)
    everywhere = place.expand(1, 3, 16, 6, 9)
    torch.testing.assert_close(block.look_at_words(tokens, everywhere, words()), got)


def test_padding_of_pixels_at_a_levels_size():
    mask = torch.ones(1, 1, 8, 12, dtype=torch.bool)
    mask[..., :4, :8] = False
    small = nearest_mask(mask, (2, 3))
    assert small[0, 0].tolist() == [[False, False, True], [True, True, True]]


@pytest.mark.parametrize('training', [True, False])
def test_one_position_serves_all_clips(training):
    block = VisionLanguageBlock(16, 2, 32, reduction=2, dropout=0.0).train(training)
    words = WordFeatures(
        torch.randn(2, 3, 16), torch.zeros(2, 3, dtype=torch.bool), torch.randn(2, 3, 16)
    )
    tokens, position = torch.randn(2, 2, 4, 6, 16), torch.randn(1, 1, 16, 4, 6)
    with torch.set_grad_enabled(training):
        one = block.look_at_words(tokens, position, words)
        each = block.look_at_words(tokens, position.expand(2, -1, -1, -1, -1), words)
    assert torch.equal(one, each)

"""Folded projections give what ``nn.MultiheadAttention`` gives."""

import pytest
import torch
from torch import nn

from mevis.models.layers.folded_attention import (
    WordKernels,
    folding_pays,
    gather,
    learning_folded_pays,
)


@pytest.fixture
def attention():
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(16, 4, batch_first=True).eval()
    nn.init.normal_(attention.in_proj_bias)
    nn.init.normal_(attention.out_proj.bias)
    return attention


WORDS, PIXELS = torch.randn(2, 3, 16), torch.randn(2, 9, 16)
PADDING = torch.tensor([[False, False, True], [False, False, False]])


@pytest.mark.parametrize('padding', [None, PADDING])
@torch.no_grad()
def test_pixels_find_words(attention, padding):
    keys = torch.randn(2, 3, 16)
    place = torch.randn(9, 16)
    wanted = attention(PIXELS + place, keys, WORDS, key_padding_mask=padding)[0]
    kernels = WordKernels.of(attention, keys, WORDS, padding)
    for index, pixels in enumerate(PIXELS):
        found = kernels.attend(pixels + place, index)
        torch.testing.assert_close(found, wanted[index], rtol=1e-4, atol=1e-5)
        more = place @ kernels.to_scores[index].t()
        found = kernels.attend(pixels, index, more)
        torch.testing.assert_close(found, wanted[index], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_words_find_pixels(attention):
    padding = torch.zeros(2, 9, dtype=torch.bool)
    padding[1, 5:] = True
    for mask in (None, padding):
        wanted = attention(WORDS, PIXELS, PIXELS, key_padding_mask=mask)[0]
        got = gather(attention, WORDS, PIXELS, mask)
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-5)


def test_many_words_and_training_are_left_to_pytorch(attention):
    with torch.no_grad():
        assert folding_pays(attention, 4)
        assert not folding_pays(attention, 5)
        assert not folding_pays(attention.train(), 4)
    assert not folding_pays(attention.eval(), 4)


@pytest.mark.parametrize('padding', [None, PADDING])
def test_gradients_are_those_of_the_module(attention, padding):
    keys, words = (torch.randn(2, 3, 16, requires_grad=True) for _ in range(2))
    pixels, place = torch.randn(2, 9, 16, requires_grad=True), torch.randn(9, 16)
    attention.train()
    assert learning_folded_pays(attention, keys)
    assert not learning_folded_pays(attention, torch.randn(2, 5, 16))
    wanted = attention(pixels + place, keys, words, key_padding_mask=padding)[0]
    kernels = WordKernels.of(attention, keys, words, padding)
    got = torch.stack(
        [
            kernels.attend(part, index, place @ kernels.to_scores[index].t())
            for index, part in enumerate(pixels)
        ]
    )
    inputs = [pixels, keys, words, *attention.parameters()]
    outer = torch.randn(2, 9, 16)
    pairs = zip(*(torch.autograd.grad(y, inputs, outer) for y in (got, wanted)), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_weights_are_dropped(attention):
    kernels = WordKernels.of(attention, WORDS, WORDS, None)
    assert torch.equal(
        kernels.attend(PIXELS[0], 0, probability=1.0), attention.out_proj.bias.expand(9, 16)
    )

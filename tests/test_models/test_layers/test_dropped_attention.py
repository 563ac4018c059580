"""Self-attention a head at a time."""

import pytest
import torch
from torch import nn

from mevis.models.layers import dropped_attention
from mevis.models.layers.dropped_attention import self_attention

PADDING = torch.tensor([[False, False, False, True, True], [False] * 5])


@pytest.fixture
def attention():
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(8, 2, dropout=0.25, batch_first=True)
    nn.init.normal_(attention.in_proj_bias)
    return attention


def by_hand(attention, query, value, padding, noise):
    """Everything of ``nn.MultiheadAttention``, with given noise (B, M, L, S)."""
    weights = attention.in_proj_weight.chunk(3)
    biases = attention.in_proj_bias.chunk(3)
    q, k, v = (
        (x @ w.t() + b).unflatten(-1, (2, 4)).transpose(1, 2)
        for x, w, b in zip((query, query, value), weights, biases, strict=True)
    )
    scores = q @ k.transpose(2, 3) / 2
    if padding is not None:
        scores = scores.masked_fill(padding[:, None, None], -torch.inf)
    shares = scores.softmax(-1) * noise
    return attention.out_proj((shares @ v).transpose(1, 2).flatten(2))


@pytest.mark.parametrize('padding', [None, PADDING])
def test_it_is_the_attention_and_its_gradients(attention, padding, monkeypatch):
    dropped = torch.rand(2, 2, 5, 5) < 0.25
    heads = iter(dropped.flatten(0, 1))
    monkeypatch.setattr(dropped_attention, 'kept', lambda shape, share: ~next(heads))
    query, value = (torch.randn(2, 5, 8, requires_grad=True) for _ in range(2))
    got = self_attention(attention, query, value, padding)
    wanted = by_hand(attention, query, value, padding, (~dropped).float() / 0.75)
    torch.testing.assert_close(got, wanted)
    inputs = [query, value, *attention.parameters()]
    outer = torch.randn(2, 5, 8)
    pairs = zip(*(torch.autograd.grad(y, inputs, outer) for y in (got, wanted)), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_its_mean_is_the_attention_without_dropout(attention):
    query, value = torch.randn(1, 5, 8), torch.randn(1, 5, 8)
    many = [self_attention(attention, query, value) for _ in range(2000)]
    wanted = attention.eval()(query, query, value, need_weights=False)[0]
    torch.testing.assert_close(torch.stack(many).mean(0), wanted, rtol=0, atol=0.05)
    assert not torch.equal(many[0], many[1])


@pytest.mark.parametrize('padding', [None, PADDING])
def test_without_dropout_it_is_pytorch_s(attention, padding, monkeypatch):
    monkeypatch.setattr(dropped_attention, '_DroppedAttention', None)
    query, value = torch.randn(2, 5, 8), torch.randn(2, 5, 8)
    attention.eval()
    wanted = attention(query, query, value, key_padding_mask=padding, need_weights=False)[0]
    assert torch.equal(self_attention(attention, query, value, padding), wanted)


def test_the_same_is_dropped_with_and_without_gradients(attention):
    """Of a checkpoint, the first pass knows of no gradients and the second of some."""
    query = torch.randn(2, 5, 8)
    results = []
    for learns in (False, True):
        torch.manual_seed(1)
        with torch.set_grad_enabled(learns):
            results.append(self_attention(attention, query, query).detach())
    assert torch.equal(*results)


def test_nothing_is_found_where_all_is_padding(attention):
    query = torch.randn(1, 5, 8, requires_grad=True)
    padding = torch.ones(1, 5, dtype=torch.bool)
    result = self_attention(attention, query, query, padding)
    torch.testing.assert_close(result, attention.out_proj.bias.expand(1, 5, 8))
    result.sum().backward()
    assert not query.grad.any()


def test_an_attention_without_biases_is_left_to_pytorch():
    attention = nn.MultiheadAttention(8, 2, dropout=0.25, bias=False, batch_first=True)
    query = torch.randn(1, 5, 8)
    assert self_attention(attention, query, query).shape == (1, 5, 8)

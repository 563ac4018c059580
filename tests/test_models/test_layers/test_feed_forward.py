"""Two linear layers, the hidden layer a few tokens at a time."""

import pytest
import torch
from torch import nn

from mevis.models.layers import feed_forward as module
from mevis.models.layers import row_chunks
from mevis.models.layers.feed_forward import feed_forward, feed_forward_and_norm


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(module, '_ROWS', 300)
    monkeypatch.setattr(row_chunks, '_ROWS', 5)
    torch.manual_seed(0)


def composed(x, first, second):
    return second(first(x).relu())


@pytest.mark.parametrize('shape', [(7, 4), (2, 350, 4), (2, 5, 64, 4)])
@pytest.mark.parametrize('bias', [True, False])
def test_it_is_two_layers_with_a_relu_between_and_their_gradients(shape, bias):
    first, second = nn.Linear(4, 8, bias), nn.Linear(8, 4, bias)
    x = torch.randn(shape, requires_grad=True)
    outer = torch.randn(shape)
    inputs = [x, *first.parameters(), *second.parameters()]
    got, wanted = feed_forward(x, first, second), composed(x, first, second)
    torch.testing.assert_close(got, wanted)
    pairs = zip(*(torch.autograd.grad(y, inputs, outer) for y in (got, wanted)), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_what_is_dropped_of_the_hidden_layer_has_no_gradient():
    """The second layer shows the hidden one as it is."""
    first, second = nn.Linear(6, 6), nn.Linear(6, 6)
    with torch.no_grad():
        second.weight.copy_(torch.eye(6))
        second.bias.zero_()
    x = torch.randn(700, 6, requires_grad=True)
    outer = torch.randn(700, 6)
    result = feed_forward(x, first, second, 0.25)
    passed = (result > 0).float() / 0.75
    positive = (first(x) > 0).sum()
    assert passed.count_nonzero() / positive == pytest.approx(0.75, abs=0.05)
    hidden = first(x).relu() * passed
    torch.testing.assert_close(result, hidden)
    inputs = [x, *first.parameters(), *second.parameters()]
    wanted = torch.autograd.grad(second(hidden), inputs, outer)
    got = torch.autograd.grad(result, inputs, outer)
    for one, other in zip(got, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_everything_may_be_dropped():
    first, second = nn.Linear(4, 8), nn.Linear(8, 4)
    result = feed_forward(torch.randn(3, 4), first, second, 1.0)
    torch.testing.assert_close(result, second.bias.expand(3, 4))


def test_the_hidden_layer_is_kept_once():
    first, second = nn.Linear(4, 64), nn.Linear(64, 4)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda y: kept.append(y) or y, lambda y: y):
        feed_forward(torch.randn(700, 4), first, second, 0.5)
    assert sum(y.numel() for y in kept if y.shape[-1] == 64 and len(y) > 64) == 700 * 64


def test_the_seed_decides():
    first, second, x = nn.Linear(4, 8), nn.Linear(8, 4), torch.randn(400, 4)
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(feed_forward(x, first, second, 0.5))
    assert torch.equal(*results)


def test_other_precisions_are_left_to_pytorch():
    first, second = nn.Linear(4, 8), nn.Linear(8, 4)
    x = torch.randn(300, 4)
    with torch.autocast('cpu', torch.bfloat16):
        assert feed_forward(x, first, second).dtype == torch.bfloat16
    first.double(), second.double()
    result = feed_forward(x.double(), first, second)
    assert torch.equal(result, composed(x.double(), first, second))


@torch.no_grad()
def test_in_inference_it_leaves_its_input_alone():
    first, second, norm = nn.Linear(4, 8), nn.Linear(8, 4), nn.LayerNorm(4)
    x = torch.randn(2, 7, 4)
    before = x.clone()
    got = feed_forward_and_norm(x, first, second, norm)
    torch.testing.assert_close(got, norm(x + composed(x, first, second)))
    alone = feed_forward_and_norm(x, first, second, None)
    torch.testing.assert_close(alone, x + composed(x, first, second))
    assert torch.equal(x, before)


@pytest.mark.parametrize('probability', [0.0, 0.5])
def test_no_tokens_stay_none(probability):
    first, second = nn.Linear(4, 8), nn.Linear(8, 3)
    result = feed_forward(torch.zeros(2, 0, 4), first, second, probability)
    assert result.shape == (2, 0, 3)
    result.sum().backward()
    assert not first.weight.grad.any()


def test_gradients_are_asked_for_under_autocast():
    """What was computed in single precision has its gradients in it."""
    first, second = nn.Linear(4, 8), nn.Linear(8, 4)
    x, outer = torch.randn(300, 4), torch.randn(300, 4)
    gradients = []
    for enabled in (False, True):
        result = feed_forward(x, first, second)
        with torch.autocast('cpu', torch.bfloat16, enabled=enabled):
            gradients.append(torch.autograd.grad(result, first.weight, outer)[0])
    assert torch.equal(*gradients)

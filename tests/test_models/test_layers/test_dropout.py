"""Dropout with noise of 16 bits."""

import pytest
import torch

from mevis.models.layers.dropout import Dropout, dropout


@pytest.mark.parametrize(('probability', 'training'), [(0.0, True), (0.5, False)])
def test_nothing_may_be_dropped(probability, training):
    x = torch.linspace(-1, 1, 7)
    assert torch.equal(dropout(x, probability, training), x)
    assert torch.equal(Dropout(probability).train(training)(x), x)


def test_everything_may_be_dropped():
    assert not dropout(torch.ones(5), 1.0).any()


@pytest.mark.parametrize('probability', [0.1, 0.75])
def test_the_share_that_is_dropped_and_the_mean_are_dropout_s(probability):
    torch.manual_seed(0)
    result = dropout(torch.ones(401, 501), probability)
    assert (result == 0).float().mean().item() == pytest.approx(probability, abs=5e-3)
    assert result.mean().item() == pytest.approx(1, abs=2e-2)
    assert result.max().item() == pytest.approx(1 / (1 - probability), rel=1e-3)
    # Neighbours share a word of the noise.
    together = (result[:, 1:] == 0) & (result[:, :-1] == 0)
    assert together.float().mean().item() == pytest.approx(probability**2, abs=5e-3)


def test_the_gradient_goes_where_the_result_came_from():
    torch.manual_seed(0)
    x = torch.randn(40, 30, requires_grad=True)
    result = dropout(x, 0.25)
    outer = torch.rand(40, 30)
    result.backward(outer)
    torch.testing.assert_close(x.grad, result.detach() / x.detach() * outer)
    assert 0 < (result == 0).sum() < x.numel()


def test_the_seed_decides():
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(dropout(torch.ones(100), 0.5))
    assert torch.equal(*results)
    assert not torch.equal(results[0], dropout(torch.ones(100), 0.5))


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
def test_the_type_stays(dtype):
    assert dropout(torch.ones(9, dtype=dtype), 0.5).dtype == dtype


@pytest.mark.parametrize('shape', [(), (0,), (2, 0, 3)])
def test_any_shape_is_kept(shape):
    assert dropout(torch.ones(shape), 0.3).shape == shape

"""ReLU and dropout in one."""

import pytest
import torch

from mevis.models.layers.relu_dropout import relu_dropout


@pytest.mark.parametrize(('probability', 'training'), [(0.0, True), (0.5, False)])
def test_without_dropout_it_is_the_relu(probability, training):
    x = torch.linspace(-1, 1, 7, requires_grad=True)
    result = relu_dropout(x, probability, training)
    assert torch.equal(result, x.relu())
    result.sum().backward()
    assert torch.equal(x.grad, (x > 0).float())


def test_everything_may_be_dropped():
    assert not relu_dropout(torch.ones(5), 1.0).any()


@pytest.mark.parametrize('probability', [0.1, 0.75])
def test_the_share_that_is_dropped_and_the_mean_are_dropout_s(probability):
    torch.manual_seed(0)
    result = relu_dropout(torch.ones(401, 501), probability)
    assert (result == 0).float().mean().item() == pytest.approx(probability, abs=5e-3)
    assert result.mean().item() == pytest.approx(1, abs=2e-2)
    assert result.max().item() == pytest.approx(1 / (1 - probability), rel=1e-3)
    # Neighbours share a word of the noise.
    together = (result[:, 1:] == 0) & (result[:, :-1] == 0)
    assert together.float().mean().item() == pytest.approx(probability**2, abs=5e-3)


def test_the_gradient_goes_where_the_result_came_from():
    torch.manual_seed(0)
    x = torch.randn(40, 30, requires_grad=True)
    result = relu_dropout(x, 0.25)
    outer = torch.rand(40, 30)
    result.backward(outer)
    share = torch.where(result > 0, result / x, 0.0)
    torch.testing.assert_close(x.grad, share * outer)
    assert 0 < (result > 0).sum() < (x > 0).sum()


def test_the_seed_decides():
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(relu_dropout(torch.ones(100), 0.5))
    assert torch.equal(*results)
    assert not torch.equal(results[0], relu_dropout(torch.ones(100), 0.5))


def test_its_result_alone_is_kept():
    x = torch.randn(8, 8, requires_grad=True)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda y: kept.append(y) or y, lambda y: y):
        result = relu_dropout(x, 0.5)
    assert len(kept) == 1
    assert torch.equal(kept[0], result)

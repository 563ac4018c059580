import pytest
import torch

from mevis.models.layers import few_gradients as module
from mevis.models.layers.few_gradients import few_gradients


def inputs():
    torch.manual_seed(0)
    shared, own, offset = torch.randn(2, 4), torch.randn(2, 6, 4), torch.randn(2, 6, 1)
    return [x.requires_grad_() for x in (shared, own, offset)]


def scores(shared, nothing, own, offset):
    assert nothing is None
    return (shared[:, None] * own).tanh() + offset


def gradients(found, given, weights):
    return torch.autograd.grad((found * weights).sum(), given)


@pytest.mark.parametrize('used', [[], [2], [0, 3], list(range(6))])
def test_gradients_are_those_of_a_plain_call(used):
    given = shared, own, offset = inputs()
    weights = torch.zeros(2, 6, 4)
    weights[1, used] = torch.randn(len(used), 4)
    found = few_gradients(scores, (shared, None), (own, offset))
    plain = scores(shared, None, own, offset)
    assert torch.equal(found, plain)
    both = [gradients(result, given, weights) for result in (found, plain)]
    for pair in zip(*both, strict=True):
        torch.testing.assert_close(*pair)


def test_what_no_loss_looks_at_is_not_worked_out():
    shared, own, offset = inputs()
    counts = []

    def counting(*given):
        counts.append(given[2].shape[1])
        return scores(*given)

    few_gradients(counting, (shared, None), (own, offset))[:, 1:3].sum().backward()
    assert counts == [6, 2]
    assert own.grad[:, 1:3].all()
    assert not own.grad[:, 3:].any()


def test_a_batch_may_be_empty():
    given = [x.detach()[:0].requires_grad_() for x in inputs()]
    few_gradients(scores, (given[0], None), given[1:]).sum().backward()
    assert [x.grad.shape for x in given] == [x.shape for x in given]


def test_a_gradient_that_is_no_number_is_not_lost():
    shared, own, offset = inputs()
    found = few_gradients(scores, (shared, None), (own, offset))
    (found[:, 4] * torch.nan).sum().backward()
    assert offset.grad[:, 4].isnan().all()


def test_inputs_may_want_no_gradient():
    shared, own, offset = inputs()
    own = own.detach()
    few_gradients(scores, (shared, None), (own, offset)).sum().backward()
    assert shared.grad is not None
    assert torch.equal(offset.grad, torch.full_like(offset, 4.0))


@pytest.mark.parametrize('kind', ['nothing is learnt', 'autocast', 'float64'])
def test_elsewhere_it_is_a_plain_call(monkeypatch, kind):
    monkeypatch.setattr(module, '_FewGradients', None)
    shared, own, offset = inputs()
    if kind == 'float64':
        shared = shared.double()
    learns, casts = kind != 'nothing is learnt', kind == 'autocast'
    with torch.set_grad_enabled(learns), torch.autocast('cpu', enabled=casts):
        found = few_gradients(scores, (shared, None), (own, offset))
    assert found.shape == (2, 6, 4)

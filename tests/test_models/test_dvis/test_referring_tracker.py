import pytest
import torch

from mevis.models.dvis.frame_queries import TrackState
from mevis.models.dvis.referring_tracker import ReferringTracker

SIZES = dict(num_classes=3, embed_dims=16, mask_dims=8, num_layers=2, num_heads=2)


@pytest.fixture(scope='module')
def tracker() -> ReferringTracker:
    torch.manual_seed(0)
    return ReferringTracker(**SIZES, feedforward_dims=32).eval()


@pytest.fixture(scope='module')
def embeds() -> torch.Tensor:
    return torch.randn(6, 5, 16, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_the_state_carries_all_from_window_to_window(tracker, embeds):
    whole, indices, last = tracker.track(embeds)
    state, parts, orders = None, [], []
    for window in embeds.split(2):
        layers, order, state = tracker.track(window, state)
        parts.append(layers)
        orders.append(order)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-6, rtol=0)
    assert torch.equal(torch.cat(orders), indices)
    torch.testing.assert_close(state.memory, last.memory, atol=1e-6, rtol=0)
    assert torch.equal(state.reference, last.reference)


@torch.no_grad()
def test_memory_matters(tracker, embeds):
    first, _, state = tracker.track(embeds[:1])
    with_memory, *_ = tracker.track(embeds[1:2], state)
    other = TrackState(state.reference, torch.zeros_like(state.memory))
    without, *_ = tracker.track(embeds[1:2], other)
    assert not torch.allclose(with_memory, without, atol=1e-3)
    assert torch.equal(first[-1, 0], state.memory)


@torch.no_grad()
def test_remembering_takes_each_frame_by_itself(tracker, embeds):
    together = tracker.remember(embeds)
    for index, frame in enumerate(embeds):
        layers, *_ = tracker.track(frame[None])
        torch.testing.assert_close(together[index], tracker.norm(layers[-1, 0]), atol=1e-5, rtol=0)


def test_every_parameter_learns(tracker, embeds):
    layers, *_ = tracker.track(embeds)
    answer = tracker.answer(layers[-1])
    (answer.logits.square().sum() + answer.kernels.square().sum()).backward()
    assert [name for name, p in tracker.named_parameters() if p.grad is None] == []
    tracker.zero_grad()


def test_unknown_matching_is_named():
    with pytest.raises(ValueError, match=r"'greedy' is none of official, textbook"):
        ReferringTracker(**SIZES, matching='greedy')

import pytest
import torch

from mevis.models.mutr.temporal_interaction import TemporalInteraction


@pytest.fixture
def interaction():
    torch.manual_seed(0)
    return TemporalInteraction(3, 16, num_heads=2, feedforward_dims=32).eval()


def queries(batch, frames, seed=0):
    return torch.randn(batch, frames, 3, 16, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('frames', [1, 2, 3, 4, 5, 9])
def test_a_batch_is_its_clips(interaction, frames):
    """Upstream mixes the videos of a batch up; here each gets what it gets alone."""
    both, initial = queries(2, frames), torch.randn(2, 3, 16)
    with torch.no_grad():
        together = interaction(both, initial)
        for index in range(2):
            alone = interaction(both[index : index + 1], initial[index : index + 1])
            torch.testing.assert_close(together[index : index + 1], alone, rtol=1e-5, atol=1e-5)
    assert together.shape == (2, 3, 16)


def test_half_windows_are_shifted_in_evaluation_only(interaction):
    """Of two windows, only shifted ones let the middle frames meet."""
    for module in interaction.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(module, torch.nn.MultiheadAttention):
            module.dropout = 0.0

    def reaches(training):
        interaction.train(training)
        x = queries(1, 8).requires_grad_()
        encoded = interaction._encode(x, None)
        encoded[0, 0].square().sum().backward()
        return x.grad.abs().sum((0, 2, 3)) > 0

    assert reaches(True).tolist() == [True] * 4 + [False] * 4
    assert reaches(False)[:6].all()


def test_a_shifted_window_does_not_join_end_and_start(interaction):
    layer = interaction.encoder[1]
    x = queries(1, 8).requires_grad_()
    padding = torch.zeros(8, dtype=torch.bool)
    layer(x, padding, None, shifted=True)[0, 0].square().sum().backward()
    reached = x.grad.abs().sum((0, 2, 3)) > 1e-12
    assert reached.tolist() == [True, True, False, False, False, False, False, False]


def test_the_initial_query_matters(interaction):
    with torch.no_grad():
        one = interaction(queries(1, 4), torch.zeros(1, 3, 16))
        other = interaction(queries(1, 4), torch.ones(1, 3, 16) * torch.arange(16.0))
    assert (one - other).abs().max() > 1e-3

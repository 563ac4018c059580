import pytest
import torch

from mevis.models.layers import MLP


@pytest.mark.parametrize('num_layers', [1, 2, 4])
def test_its_layers_have_a_rectifier_between_them_and_none_at_the_end(num_layers):
    torch.manual_seed(0)
    mlp = MLP(3, 5, 2, num_layers)
    x = torch.randn(4, 7, 3)
    expected = x
    for index, layer in enumerate(mlp.layers):
        expected = layer(expected)
        expected = expected.relu() if index < num_layers - 1 else expected
    torch.testing.assert_close(mlp(x), expected)
    assert len(mlp.layers) == num_layers
    assert (mlp(x) < 0).any()

import torch
from torch import nn

from mevis.engine.optim import AutocastOptimWrapper


def test_the_forward_pass_is_bfloat16_and_the_weights_are_not():
    model = nn.Linear(4, 2)
    before = model.weight.detach().clone()
    wrapper = AutocastOptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    with wrapper.optim_context(model):
        output = model(torch.ones(1, 4))
    assert output.dtype == torch.bfloat16
    wrapper.update_params(output.float().sum())
    assert model.weight.dtype == torch.float32
    assert not torch.equal(before, model.weight)

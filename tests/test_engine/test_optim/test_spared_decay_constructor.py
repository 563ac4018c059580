import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

import mevis.engine  # noqa: F401 - registers the constructor


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 1), nn.GroupNorm(2, 8), nn.BatchNorm2d(8))
        self.backbone.relative_position_bias_table = nn.Parameter(torch.zeros(4, 2))
        self.head = nn.Sequential(nn.Linear(8, 8), nn.LayerNorm(8))
        self.queries = nn.Embedding(2, 8)
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def groups(model: nn.Module, paramwise_cfg: dict) -> dict[str, dict]:
    """Parameter name -> its group."""
    wrapper = build_optim_wrapper(
        model,
        dict(
            constructor='SparedDecayConstructor',
            optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.5),
            paramwise_cfg=paramwise_cfg,
        ),
    )
    by_id = {id(p): group for group in wrapper.optimizer.param_groups for p in group['params']}
    return {name: by_id[id(p)] for name, p in model.named_parameters() if id(p) in by_id}


@pytest.mark.parametrize('paramwise_cfg', [{}, {'custom_keys': {'backbone': {'lr_mult': 0.1}}}])
def test_norms_and_embeddings_do_not_decay_whatever_their_rate(paramwise_cfg):
    found = groups(Small(), paramwise_cfg)
    decayed = {name for name, group in found.items() if group['weight_decay'] == 0.5}
    assert decayed == {'backbone.0.weight', 'backbone.0.bias', 'head.0.weight', 'head.0.bias'}
    assert {group['weight_decay'] for group in found.values()} == {0.5, 0.0}
    assert not any(name.startswith('frozen') for name in found)
    slow = {name for name, group in found.items() if group['lr'] == 0.1}
    expected = {name for name in found if name.startswith('backbone')} if paramwise_cfg else set()
    assert slow == expected

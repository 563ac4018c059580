"""A training that becomes NaN stops at once, says where, and saves nothing."""

from types import SimpleNamespace

import pytest
import torch

from mevis.engine.hooks import FiniteLossHook
from mevis.errors import UserError
from mevis.structures import Expression, RefVidSegDataSample

RUNNER = SimpleNamespace(iter=6)


def sample() -> RefVidSegDataSample:
    one = RefVidSegDataSample()
    one.set_metainfo(
        dict(video='bird', frame_names=['03', '07'], expressions=[Expression('4', 'a bird')])
    )
    return one


def look(**terms: float) -> None:
    outputs = {key: torch.tensor(value) for key, value in terms.items()}
    FiniteLossHook().after_train_iter(RUNNER, 6, {'data_samples': [sample()]}, outputs)


def test_finite_losses_pass():
    look(loss=3.0, loss_mask=1e30)
    FiniteLossHook().after_train_iter(RUNNER, 6, None, {})


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_the_first_other_one_names_iteration_term_and_clip(value):
    with pytest.raises(UserError) as caught:
        look(loss=value, loss_mask=value, loss_dice=1.0)
    text = str(caught.value)
    assert text.startswith(f'iteration 7: the loss is not finite: loss_mask is {value}')
    assert 'video bird, expression 4, frames 03, 07' in text
    assert 'loss_dice' not in text
    assert 'loss is ' not in text.split('finite:')[1]


def test_a_sum_that_overflows_alone_is_named():
    with pytest.raises(UserError, match='finite: loss is inf'):
        look(loss=float('inf'), loss_mask=3e38)


def test_all_ranks_stop_when_one_does(monkeypatch):
    place = 'mevis.engine.hooks.finite_loss_hook'
    monkeypatch.setattr(f'{place}.get_world_size', lambda: 2)
    monkeypatch.setattr(f'{place}.all_gather_object', lambda found: [found, 'loss_b is nan'])
    with pytest.raises(UserError, match='loss_b is nan'):
        look(loss=1.0)


def test_weights_that_the_last_step_spoiled_are_not_saved():
    hook = FiniteLossHook()
    weights = {'a': torch.ones(2), 'border': torch.tensor([float('inf')]), 'n': torch.ones(1).int()}
    hook.before_save_checkpoint(RUNNER, {'state_dict': weights})
    weights['b.weight'] = torch.tensor([1.0, float('nan')])
    with pytest.raises(UserError, match=r'weights are NaN \(b\.weight\)'):
        hook.before_save_checkpoint(RUNNER, {'state_dict': weights})

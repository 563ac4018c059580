from pathlib import Path
from types import SimpleNamespace

import torch
from mmengine.logging import MessageHub
from torch import nn

from mevis.engine.hooks.resumable_checkpoint_hook import (
    ResumableCheckpointHook,
    pending_gradients,
    remove_leftovers,
)


class Runner(SimpleNamespace):
    """As much of a runner as the hook touches; notes which files exist when it saves."""

    def save_checkpoint(self, out_dir, name, **kwargs):
        self.seen.append(sorted(path.name for path in Path(out_dir).glob('iter_*')))
        (Path(out_dir) / name).write_text('whole')


def make(tmp_path, max_keep_ckpts=1, name='hook') -> tuple[ResumableCheckpointHook, Runner]:
    hook = ResumableCheckpointHook(max_keep_ckpts=max_keep_ckpts)
    wrapper = SimpleNamespace(should_update=lambda: True)
    runner = Runner(
        work_dir=str(tmp_path),
        message_hub=MessageHub.get_instance(f'{tmp_path.name}-{name}'),
        logger=SimpleNamespace(info=lambda text: None),
        optim_wrapper=wrapper,
        model=nn.Linear(1, 1),
        param_schedulers=None,
        seen=[],
    )
    hook.before_train(runner)
    return hook, runner


def files(tmp_path) -> list[str]:
    return sorted(path.name for path in tmp_path.glob('iter_*'))


def test_the_old_checkpoint_goes_after_the_new_one_is_there(tmp_path):
    hook, runner = make(tmp_path)
    for step in (2, 4, 6):
        hook._save_checkpoint_with_step(runner, step, {})
    assert runner.seen == [[], ['iter_2.pth'], ['iter_4.pth']]
    assert files(tmp_path) == ['iter_6.pth']
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'iter_6.pth')


def test_saving_a_step_again_keeps_it(tmp_path):
    hook, runner = make(tmp_path, max_keep_ckpts=2)
    for step in (2, 4, 4, 6):
        hook._save_checkpoint_with_step(runner, step, {})
    assert files(tmp_path) == ['iter_4.pth', 'iter_6.pth']


def test_a_resumed_training_goes_on_counting(tmp_path):
    hook, runner = make(tmp_path, max_keep_ckpts=2)
    for step in (2, 4):
        hook._save_checkpoint_with_step(runner, step, {})
    hook.before_train(runner)
    hook._save_checkpoint_with_step(runner, 6, {})
    assert files(tmp_path) == ['iter_4.pth', 'iter_6.pth']


def test_a_foreign_checkpoint_cannot_name_files_outside(tmp_path):
    hook, runner = make(tmp_path)
    runner.message_hub.update_info('best_ckpt', '/elsewhere/thesis.tex')
    hook.before_train(runner)
    assert runner.message_hub.get_info('best_ckpt') == str(tmp_path / 'thesis.tex')


def test_waiting_gradients_come_back(tmp_path):
    model = nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward()
    runner = SimpleNamespace(
        model=model, optim_wrapper=SimpleNamespace(should_update=lambda: False)
    )
    saved = {'pending_gradients': [pending_gradients(runner)]}
    other = SimpleNamespace(model=nn.Linear(2, 1), _resume=True, world_size=1, rank=0)
    ResumableCheckpointHook().after_load_checkpoint(other, saved)
    assert torch.equal(other.model.weight.grad, model.weight.grad)
    runner.optim_wrapper = SimpleNamespace(should_update=lambda: True)
    assert pending_gradients(runner) == {}


def test_gradients_of_another_number_of_ranks_are_dropped():
    other = SimpleNamespace(model=nn.Linear(2, 1), _resume=True, world_size=2, rank=0)
    saved = {'pending_gradients': [{'weight': torch.ones(1, 2)}]}
    ResumableCheckpointHook().after_load_checkpoint(other, saved)
    assert other.model.weight.grad is None


def test_what_a_kill_left_goes_and_copies_of_the_user_stay(tmp_path):
    stays = ['iter_5.pth', 'iter_20.pth', 'iter_10_backup.pth', '.iter_a.pth.partial']
    for name in [*stays, 'iter_10.pth', '.iter_40.pth.partial']:
        (tmp_path / name).write_text('')
    remove_leftovers(tmp_path, 'iter_{}.pth', [10])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stays)

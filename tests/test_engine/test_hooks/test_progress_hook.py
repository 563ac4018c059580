import logging
import sys
from types import SimpleNamespace

import torch

from mevis.engine.hooks import ProgressHook


def runner(**values) -> SimpleNamespace:
    logger = logging.Logger('toy')
    logger.addHandler(logging.StreamHandler(sys.__stderr__))
    defaults = dict(rank=0, logger=logger, max_iters=4, iter=2, val_dataloader=[1, 2, 3])
    return SimpleNamespace(**{**defaults, **values})


def walk(hook: ProgressHook, run: SimpleNamespace) -> list:
    """A resumed training with two validations; the tasks before the display closes."""
    hook.before_run(run)
    hook.before_train(run)
    hook.after_train_iter(run, 0, outputs={'loss': torch.tensor(0.25, requires_grad=True)})
    for _ in range(2):
        hook.before_val_epoch(run)
        hook.after_val_iter(run, 0, outputs=[{'video': 'bird'}])
    tasks = list(hook._progress.tasks) if hook._progress else []
    hook.after_run(run)
    return tasks


def test_bars_on_a_terminal(capsys):
    run = runner()
    handler = run.logger.handlers[0]
    train, val = walk(ProgressHook(force=True), run)
    assert (train.description, train.completed, train.total) == ('train', 3, 4)
    assert train.fields['note'] == 'loss 0.25'
    assert (val.description, val.completed, val.total) == ('val', 1, 3)
    assert val.fields['note'] == 'bird'
    assert handler.stream is sys.__stderr__


def test_no_bars_in_a_pipe_or_on_other_ranks(capsys):
    assert walk(ProgressHook(), runner()) == []
    assert walk(ProgressHook(force=True), runner(rank=1)) == []
    assert capsys.readouterr().err == ''


def test_the_name_of_a_video_is_no_markup(capsys):
    hook, run = ProgressHook(force=True), runner()
    hook.before_run(run)
    hook.before_val_epoch(run)
    hook.after_val_iter(run, 0, outputs=[{'video': '[/] \x1b]0;title\x07'}])
    hook._progress.refresh()
    hook.after_run(run)
    assert '[/] \\x1b]0;title' in capsys.readouterr().err

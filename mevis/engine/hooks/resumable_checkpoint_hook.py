"""Checkpoints from which training resumes bit for bit, whenever it was killed."""

import logging
import re
from collections import deque
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn

from mevis.registry import HOOKS
from mevis.structures.atomic_write import atomic_write_text

_PENDING = 'pending_gradients'


@HOOKS.register_module()
class ResumableCheckpointHook(CheckpointHook):
    """The engine's checkpoint hook, made safe against being killed.

    - A new checkpoint is complete, and ``last_checkpoint`` names it, before an old one goes.
    - Gradients that wait for the next optimizer step (accumulation) are saved, for every rank.
    - Paths inside a checkpoint are reduced to names within the work folder, so that a foreign file
      cannot have others deleted.

    The file itself is written atomically by the runner.

    Args:
        interval: Iterations between two checkpoints.
        by_epoch: Count epochs instead of iterations.
        max_keep_ckpts: Checkpoints that are kept;
            -1: all.
        save_best: Metric whose best value gets a checkpoint of its own.
        rule: ``greater`` or ``less`` is better.
        save_last: Whether the last iteration is saved in any case.
        save_optimizer: Whether the optimizer's state is saved, without which nothing resumes.
    """

    def __init__(
        self,
        interval: int = 1000,
        by_epoch: bool = False,
        max_keep_ckpts: int = 2,
        save_best: str | None = None,
        rule: str | None = None,
        save_last: bool = True,
        save_optimizer: bool = True,
    ) -> None:
        super().__init__(
            interval=interval,
            by_epoch=by_epoch,
            max_keep_ckpts=max_keep_ckpts,
            save_best=save_best,
            rule=rule,
            save_last=save_last,
            save_optimizer=save_optimizer,
        )
        self._pending: list[dict[str, torch.Tensor]] = []

    def before_train(self, runner: Runner) -> None:
        """Takes over what a resumed checkpoint says about others, as names in the work folder."""
        info = runner.message_hub.runtime_info
        for key in [key for key in info if key == 'last_ckpt' or key.startswith('best_ckpt')]:
            info[key] = str(Path(runner.work_dir) / Path(str(info[key])).name)
        # The parent deletes what exceeds `max_keep_ckpts`; here that is done after a save.
        kept = [int(step) for step in info.get('keep_ckpt_ids', [])]
        info['keep_ckpt_ids'] = kept[-self.max_keep_ckpts :] if self.max_keep_ckpts > 0 else kept
        if 'keep_ckpt_ids' not in runner.message_hub._resumed_keys:
            runner.message_hub.update_info('keep_ckpt_ids', info['keep_ckpt_ids'])
        super().before_train(runner)
        if is_main_process():
            stale = [int(step) for step in info.get('stale_ckpt_ids', [])]
            remove_leftovers(Path(self.out_dir), self.filename_tmpl, stale)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Adds the waiting gradients of all ranks."""
        if self._pending and any(self._pending):
            checkpoint[_PENDING] = self._pending

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Puts the waiting gradients back when training is resumed."""
        pending = checkpoint.get(_PENDING)
        if not pending or not runner._resume:
            return
        if len(pending) != runner.world_size:
            print_log(
                f'The checkpoint was saved by {len(pending)} ranks, now there are'
                f' {runner.world_size}: the gradients of an unfinished accumulation are dropped.',
                'current',
                logging.WARNING,
            )
            return
        gradients = pending[runner.rank]
        for name, parameter in _bare(runner.model).named_parameters():
            if name in gradients:
                parameter.grad = gradients[name].to(parameter.device, copy=True)
        print_log('Gradients of the unfinished accumulation are restored.', 'current')

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict[str, Any]) -> None:
        stale = self._note_step(runner, step)
        # For the next run, if this one is killed before they are gone.
        runner.message_hub.update_info('stale_ckpt_ids', stale)
        name = self.filename_tmpl.format(step)
        self.last_ckpt = str(Path(self.out_dir) / name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        self._pending = all_gather_object(pending_gradients(runner))
        runner.save_checkpoint(
            self.out_dir,
            name,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=runner.param_schedulers is not None,
            meta=meta,
            by_epoch=self.by_epoch,
        )
        self._pending = []
        if is_main_process():
            atomic_write_text(Path(runner.work_dir) / 'last_checkpoint', self.last_ckpt)
            for old in stale:
                (Path(self.out_dir) / self.filename_tmpl.format(old)).unlink(missing_ok=True)

    def _note_step(self, runner: Runner, step: int) -> list[int]:
        """Adds a checkpoint to those that are kept; returns those that are not any more."""
        if self.max_keep_ckpts <= 0:
            return []
        kept = [old for old in self.keep_ckpt_ids if old < step] + [step]
        stale, kept = kept[: -self.max_keep_ckpts], kept[-self.max_keep_ckpts :]
        self.keep_ckpt_ids = deque(kept)
        runner.message_hub.update_info('keep_ckpt_ids', kept)
        return stale


def remove_leftovers(folder: Path, template: str, stale: list[int]) -> None:
    """Removes what a training left that was killed while it saved.

    Args:
        folder: Of the checkpoints.
        template: Of their names, such as ``iter_{}.pth``.
        stale: Those that were to go after the last one was saved.
    """
    start, end = template.split('{}')
    ours = re.compile(rf'{re.escape(start)}\d{{1,18}}{re.escape(end)}')
    for path in folder.glob(f'.{start}*.partial'):
        if ours.fullmatch(path.name[1:].removesuffix('.partial')):
            path.unlink(missing_ok=True)
    for step in stale:
        (folder / template.format(step)).unlink(missing_ok=True)


def pending_gradients(runner: Runner) -> dict[str, torch.Tensor]:
    """Gradients of an unfinished accumulation on this rank, by parameter; usually none."""
    wrapper = runner.optim_wrapper
    if wrapper.should_update():
        return {}
    return {
        name: parameter.grad.detach().cpu().clone()
        for name, parameter in _bare(runner.model).named_parameters()
        if parameter.grad is not None
    }


def _bare(model: nn.Module) -> nn.Module:
    return model.module if is_model_wrapper(model) else model

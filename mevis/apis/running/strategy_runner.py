"""Training by a strategy of the engine, with the loading and saving of every other training."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.dist import broadcast, is_main_process
from mmengine.logging import print_log
from mmengine.runner import FlexibleRunner
from torch import nn

from mevis.apis.running.best_checkpoint import check_best_figure
from mevis.apis.running.resumption import (
    check_optimizer,
    check_training_state,
    say_whether_finished,
    state_errors,
)
from mevis.apis.running.runner import hooks_but_those_left_out, tells_something
from mevis.apis.running.start_weights import check_frozen_stages
from mevis.checkpoints.loading import put_into, read_checkpoint
from mevis.checkpoints.writing import weights_errors
from mevis.structures.atomic_write import errors_naming


class StrategyRunner(FlexibleRunner):
    """MMEngine's runner for strategies, which neither unpickles code nor leaves half a checkpoint.

    Weights are loaded before the strategy splits the model, by the same loader as elsewhere.
    """

    _deferred = True
    _place: dict[str, Any] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.logger.addFilter(tells_something)

    def register_default_hooks(self, hooks: Mapping[str, Any] | None = None) -> None:
        """The engine's; ``None`` leaves out any hook, not only one that the engine names."""
        super().register_default_hooks(hooks_but_those_left_out(hooks))

    def _log_env(self) -> None:
        # Said when the work begins, so that a start that is refused does not print the config.
        if not self._deferred:
            super()._log_env()

    def prepare_training(self) -> None:
        """Builds all that a training needs, loads what it starts from, and splits the model.

        Raises:
            UserError: If the start is unsafe, damaged or of another architecture, if a best
                checkpoint is to be kept by a figure that no metric gives, or if frozen stages
                would keep random weights.
        """
        self._train_loop = self.build_train_loop(self._train_loop)
        if self._val_loop is not None:
            self._val_loop = self.build_val_loop(self._val_loop)
            check_best_figure(self.hooks, self._val_loop.evaluator.metrics)
        model = self.strategy.build_model(self.model)
        checkpoint = self._load_start(model)
        for tensor in model.state_dict().values():  # the first rank's, should they differ
            broadcast(tensor)
        self.strategy.prepare(
            model,
            optim_wrapper=self.optim_wrapper,
            param_scheduler=self.param_schedulers,
            dispatch_kwargs=dict(
                epoch_length=len(self.train_dataloader),
                max_epochs=self.max_epochs,
                max_iters=self.max_iters,
                init_weights_for_test_or_val=False,  # done
            ),
        )
        self.model, self.optim_wrapper = self.strategy.model, self.strategy.optim_wrapper
        if self.param_schedulers is not None:
            self.param_schedulers = self.strategy.param_schedulers
        if self._resume:
            self._take_over(checkpoint, str(self._load_from))
        self._has_loaded = True

    def _load_start(self, model: nn.Module) -> dict[str, Any]:
        """Initial weights, those of ``load_from``, or those of the training that goes on."""
        filename = self._load_from
        if not filename:
            check_frozen_stages(model)
        if not self._resume:
            model.init_weights()
        if not filename:
            return {}
        checkpoint = read_checkpoint(filename, 'cpu')
        if self._resume:
            check_training_state(checkpoint, str(filename))
        self.call_hook('after_load_checkpoint', checkpoint=checkpoint)
        put_into(
            model,
            checkpoint['state_dict'],
            str(filename),
            checkpoint['meta'],
            partial=not self._resume,
        )
        self.logger.info(f'Load checkpoint from {filename}')
        return checkpoint

    def _take_over(self, checkpoint: dict[str, Any], filename: str) -> None:
        """The state of the optimizer, of the rates and of the loop."""
        meta = checkpoint['meta']
        optimizer = self.strategy.optim_wrapper.optimizer
        check_optimizer(checkpoint['optimizer'], {'param_groups': optimizer.param_groups}, filename)
        with state_errors(filename):
            self.strategy.load_optim_state_dict(checkpoint['optimizer'])
            if self.param_schedulers is not None:
                self.strategy.load_scheduler_state_dict(checkpoint['param_schedulers'])
            randomness = {**self.strategy.randomness, 'seed': meta.get('seed', self.seed)}
            self.strategy._randomness = randomness
            self.strategy._set_randomness(**randomness)
            self.train_loop._epoch, self.train_loop._iter = meta['epoch'], meta['iter']
            self.message_hub.load_state_dict(checkpoint['message_hub'])
        print_log(f'resumed epoch: {self.epoch}, iter: {self.iter}', 'current', logging.INFO)
        say_whether_finished(filename, self.cfg, self.epoch, self.iter)

    def train(self) -> nn.Module:
        """Trains.

        Raises:
            UserError: See :meth:`prepare_training`.
        """
        if not self._has_loaded:
            self.prepare_training()
        self._deferred = False
        self._log_env()
        with errors_naming(self.work_dir):  # logs of a full disk
            return super().train()

    def call_hook(self, fn_name: str, **kwargs: Any) -> None:
        """Calls the hooks of a place; a checkpoint keeps the iteration that its hook names."""
        if fn_name == 'before_save_checkpoint':
            # The engine counts one more where a validation has followed.
            kwargs['checkpoint']['meta'].update(self._place)
        super().call_hook(fn_name, **kwargs)

    def save_checkpoint(
        self,
        out_dir: str,
        filename: str,
        *args: Any,
        meta: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Saves a checkpoint that is either whole or absent; all ranks bring their share."""
        temporary = Path(out_dir) / f'.{filename}.partial'
        target = Path(out_dir) / filename
        self._place = dict(meta or {})
        try:
            with weights_errors(target, temporary):
                super().save_checkpoint(out_dir, temporary.name, *args, meta=meta, **kwargs)
                if is_main_process():
                    with temporary.open('rb') as file:
                        os.fsync(file.fileno())
                    temporary.replace(target)
        finally:
            if is_main_process():
                temporary.unlink(missing_ok=True)

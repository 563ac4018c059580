"""The engine's runner with safe loading and atomic saving, and what the tools set up around it."""

import itertools
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import master_only
from mmengine.logging import MMLogger, print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import CheckpointLoader, Runner
from torch import nn

import mevis.engine  # noqa: F401 - registers samplers, hooks and optimizer wrappers
from mevis.apis.configs.loops import check_loops
from mevis.apis.running.best_checkpoint import check_best_figure
from mevis.apis.running.logging_backends import check_backends
from mevis.apis.running.resumption import (
    check_optimizer,
    check_training_state,
    say_whether_finished,
    state_errors,
)
from mevis.apis.running.start_weights import check_frozen_stages
from mevis.checkpoints.loading import put_into, read_checkpoint
from mevis.checkpoints.writing import weights_errors
from mevis.errors import UserError
from mevis.structures.atomic_write import errors_naming

_NOISE = (
    'paramwise_options',
    'Failed to search registry with scope',
    'Hooks will be executed',
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
    # What is "lost" is restored by ResumableCheckpointHook.
    'Resumed iteration number is not divisible',
)
_HOOKS_OF_THE_ENGINE = {
    *('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint'),
}


class VideoRunner(Runner):
    """MMEngine's runner, which neither unpickles code nor leaves half a checkpoint behind.

    Set :attr:`unsafe_unpickle` before loading to accept files that need unpickling, and
    :attr:`allow_untrained` to accept files that lack parts of the model.
    """

    unsafe_unpickle = False
    allow_untrained = False
    _environment: dict[str, Any] | None = None
    _built = itertools.count(1)

    def __init__(
        self, *args: Any, experiment_name: str | None = None, cfg: Any = None, **kwargs: Any
    ) -> None:
        # The engine's names differ by the second; runners of one name share histories and logs.
        number = next(self._built)
        if number > 1:
            filename = getattr(cfg, 'filename', None)
            name = experiment_name or (Path(filename).stem if filename else 'runner')
            experiment_name = f'{name}_{number}'
        super().__init__(*args, experiment_name=experiment_name, cfg=cfg, **kwargs)

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """The engine's logger without lines that tell a user nothing."""
        logger = super().build_logger(*args, **kwargs)
        logger.addFilter(tells_something)
        return logger

    def register_default_hooks(self, hooks: Mapping[str, Any] | None = None) -> None:
        """The engine's; ``None`` leaves out any hook, not only one that the engine names."""
        super().register_default_hooks(hooks_but_those_left_out(hooks))

    def _log_env(self, env_cfg: dict[str, Any]) -> None:
        # Said when the work begins, so that a start that is refused does not print the config.
        self._environment = env_cfg

    def call_hook(self, fn_name: str, **kwargs: Any) -> None:
        """Calls the hooks of a place; machine and config are logged before the first iteration."""
        if fn_name in ('before_train', 'before_test') and self._environment is not None:
            super()._log_env(self._environment)
            self._environment = None
        super().call_hook(fn_name, **kwargs)

    def load_checkpoint(
        self,
        filename: str,
        map_location: Any = 'cpu',
        strict: bool = False,
        revise_keys: Any = None,
    ) -> dict[str, Any]:
        """Loads weights; other architectures are refused.

        As the start of a training (``load_from``) a file may lack parts of the model.

        Args:
            filename: A checkpoint of any form.
            map_location: Where tensors go.
            strict: Ignored: what must match follows from what the file is loaded for.
            revise_keys: Ignored.

        Raises:
            UserError: If the file is unsafe, damaged or of another architecture.
        """
        checkpoint = read_checkpoint(filename, map_location, self.unsafe_unpickle)
        self.call_hook('after_load_checkpoint', checkpoint=checkpoint)
        starts_training = self.optim_wrapper is not None and not self._resume
        put_into(
            _bare(self.model),
            checkpoint['state_dict'],
            str(filename),
            checkpoint['meta'],
            partial=starts_training,
            allow_untrained=self.allow_untrained,
        )
        self._has_loaded = True
        self.logger.info(f'Load checkpoint from {filename}')
        return checkpoint

    def resume(
        self,
        filename: str,
        resume_optimizer: bool = True,
        resume_param_scheduler: bool = True,
        map_location: Any = 'cpu',
    ) -> None:
        """Resumes an interrupted training.

        Raises:
            UserError: If the file holds weights only, or the state of another training.
        """
        probe = read_checkpoint(filename, 'cpu', self.unsafe_unpickle)
        check_training_state(probe, filename)
        with state_errors(filename):
            if resume_optimizer:
                self.optim_wrapper = self.build_optim_wrapper(self.optim_wrapper)
                check_optimizer(probe['optimizer'], self.optim_wrapper.state_dict(), filename)
            del probe
            super().resume(filename, resume_optimizer, resume_param_scheduler, map_location)
        say_whether_finished(filename, self.cfg, self.epoch, self.iter)

    def train(self) -> nn.Module:
        """Trains.

        Raises:
            UserError: If a part of the training cannot be built as the config says.
        """
        self.prepare_training()
        with errors_naming(self.work_dir):  # logs of a full disk
            return super().train()

    def test(self) -> dict[str, float]:
        """Tests.

        Raises:
            OSError: If something cannot be written; names the file or the work folder.
        """
        with errors_naming(self.work_dir):
            return super().test()

    def prepare_training(self) -> None:
        """Builds what the engine builds when a training begins, so that mistakes come before it.

        Raises:
            UserError: If a best checkpoint is to be kept by a figure that no metric gives, or
                frozen stages would keep random weights.
        """
        if self._train_loop is None:
            return  # the engine says what is missing
        if self._load_from is None:
            check_frozen_stages(_bare(self.model))
        self._train_loop = self.build_train_loop(self._train_loop)
        self.optim_wrapper = self.build_optim_wrapper(self.optim_wrapper)
        self.scale_lr(self.optim_wrapper, self.auto_scale_lr)
        self.auto_scale_lr = None
        if self.param_schedulers is not None:
            self.param_schedulers = self.build_param_scheduler(self.param_schedulers)
        if self._val_loop is not None:
            self._val_loop = self.build_val_loop(self._val_loop)
            check_best_figure(self.hooks, self._val_loop.evaluator.metrics)

    @master_only
    def save_checkpoint(self, out_dir: str, filename: str, *args: Any, **kwargs: Any) -> None:
        """Saves a checkpoint that is either whole or absent."""
        temporary = Path(out_dir) / f'.{filename}.partial'
        target = Path(out_dir) / filename
        try:
            with weights_errors(target, temporary):
                super().save_checkpoint(out_dir, temporary.name, *args, **kwargs)
                with temporary.open('rb') as file:
                    os.fsync(file.fileno())
                temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _init_model_weights(self) -> None:
        # A resumed training overwrites them; pretrained parts need not be looked for again.
        if not self._resume:
            super()._init_model_weights()


def hooks_but_those_left_out(hooks: Mapping[str, Any] | None) -> dict[str, Any]:
    """Without those that are None, which the engine understands for its own names alone."""
    return {
        name: hook
        for name, hook in (hooks or {}).items()
        if hook is not None or name in _HOOKS_OF_THE_ENGINE
    }


def tells_something(record: logging.LogRecord) -> bool:
    """False for what the engine says of every parameter and of every registry."""
    text = record.getMessage()
    return not text.startswith(_NOISE)


def build_runner(
    cfg: Config, unsafe_unpickle: bool = False, allow_untrained: bool = False
) -> VideoRunner:
    """Builds the runner of a config; all loading of weights goes through the safe loader.

    Args:
        cfg: The config.
        unsafe_unpickle: Load files that must be unpickled, which runs the code in them.
        allow_untrained: Test with files that lack parts of the model.

    Raises:
        UserError: If the config has half a loop, or data of another kind than its loop takes, or
            the package of a logging backend is missing, or another runner is asked for.
    """
    check_loops(cfg)
    check_backends(cfg)
    install_safe_loader(unsafe_unpickle)
    runner = VideoRunner.from_cfg(cfg)
    runner.unsafe_unpickle = unsafe_unpickle
    runner.allow_untrained = allow_untrained
    return runner


def install_safe_loader(unsafe: bool = False) -> None:
    """Replaces the engine's loaders, which unpickle, for ``init_cfg`` and third-party code too.

    Addresses and names of model zoos are refused rather than downloaded.
    """

    def load_from_mevis(filename: str, map_location: Any = None, logger: Any = None) -> Any:
        if '://' in str(filename):
            raise UserError(
                f'{filename}: weights are not downloaded. Fetch the file and name its path.'
            )
        return read_checkpoint(filename, map_location or 'cpu', unsafe)

    CheckpointLoader._schemes.clear()
    CheckpointLoader.register_scheme('', load_from_mevis, force=True)


def warn_about_nondeterminism(cfg: Config) -> None:
    """Says when a resumed training will not repeat the losses to the last bit."""
    import torch

    if torch.cuda.is_available() and not cfg.get('randomness', {}).get('deterministic'):
        print_log(
            'On a GPU a resumed training repeats its losses to the last bit only with'
            ' --cfg-options randomness.deterministic=True (slower).',
            'current',
            logging.INFO,
        )


def _bare(model: nn.Module) -> nn.Module:
    return model.module if is_model_wrapper(model) else model

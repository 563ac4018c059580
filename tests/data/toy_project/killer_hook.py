"""Kills the process as the power going off would, at a chosen moment."""

import os
import signal

from mmengine.hooks import Hook

from mevis.registry import HOOKS


@HOOKS.register_module()
class KillerHook(Hook):
    """Sends SIGKILL after an iteration or a tested video, or while a checkpoint is written."""

    priority = 'LOWEST'

    def __init__(self, iteration: int, while_saving: bool = False) -> None:
        self.iteration = iteration
        self.while_saving = while_saving

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        if not self.while_saving and runner.iter + 1 == self.iteration:
            os.kill(os.getpid(), signal.SIGKILL)

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        if batch_idx + 1 == self.iteration:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_save_checkpoint(self, runner, checkpoint) -> None:
        if not self.while_saving or checkpoint['meta']['iter'] != self.iteration:
            return
        from mmengine.fileio.backends import local_backend

        def half(self, obj, filepath):
            with open(filepath, 'wb') as file:
                file.write(bytes(obj)[:1000])
            os.kill(os.getpid(), signal.SIGKILL)

        local_backend.LocalBackend.put = half

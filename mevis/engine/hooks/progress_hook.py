"""Progress bars on a terminal."""

import logging
import sys
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from mevis.boundary.terminal import plain
from mevis.registry import HOOKS


@HOOKS.register_module()
class ProgressHook(Hook):
    """One bar each for training, validation and testing, with the time left.

    Only on the first rank and on a terminal; log lines go above the bars.  In a pipe or a file the
    lines of ``LoggerHook`` say the same.

    Args:
        force: Show the bars even where the output is no terminal.
    """

    priority = 'VERY_LOW'

    def __init__(self, force: bool = False) -> None:
        self.force = force
        self._progress: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._streams: list[tuple[logging.StreamHandler, Any]] = []

    def before_run(self, runner: Runner) -> None:
        """Opens the display and sends log lines through it."""
        console = Console(stderr=True, force_terminal=True if self.force else None)
        if runner.rank != 0 or not console.is_terminal:
            return
        self._progress = Progress(
            TextColumn('{task.description:<6}'),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn('{task.fields[note]}', markup=False),
            console=console,
            refresh_per_second=4,
        )
        self._progress.start()
        for handler in runner.logger.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream in (
                sys.__stdout__,
                sys.__stderr__,
            ):
                self._streams.append((handler, handler.stream))
                handler.setStream(FileProxy(console, handler.stream))

    def after_run(self, runner: Runner) -> None:
        """Closes the display."""
        for handler, stream in self._streams:
            handler.setStream(stream)
        self._streams.clear()
        if self._progress is not None:
            self._progress.stop()
        self._progress = None
        self._tasks.clear()

    def before_train(self, runner: Runner) -> None:
        """Starts the bar of the training where it stands."""
        self._open('train', runner.max_iters, runner.iter)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """One step, with the loss."""
        loss = (outputs or {}).get('loss')
        self._step('train', '' if loss is None else f'loss {float(loss.detach()):.4g}')

    def before_val_epoch(self, runner: Runner) -> None:
        """Starts the bar of a validation."""
        self._open('val', len(runner.val_dataloader))

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """One video."""
        self._step('val', _video(outputs))

    def before_test_epoch(self, runner: Runner) -> None:
        """Starts the bar of a test."""
        self._open('test', len(runner.test_dataloader))

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """One video."""
        self._step('test', _video(outputs))

    def _open(self, name: str, total: int, completed: int = 0) -> None:
        if self._progress is None:
            return
        if name in self._tasks:
            self._progress.reset(self._tasks[name], total=total, completed=completed)
            return
        self._tasks[name] = self._progress.add_task(name, total=total, completed=completed, note='')

    def _step(self, name: str, note: str) -> None:
        if self._progress is not None and name in self._tasks:
            self._progress.update(self._tasks[name], advance=1, note=note)


def _video(outputs: Any) -> str:
    return plain(outputs[0].get('video', '')) if outputs else ''

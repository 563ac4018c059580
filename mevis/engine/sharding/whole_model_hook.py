"""The whole model on every rank while it is validated."""

from contextlib import AbstractContextManager

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.distributed.fsdp import FullyShardedDataParallel

from mevis.registry import HOOKS


@HOOKS.register_module()
class WholeModelHook(Hook):
    """Collects the parameters of an FSDP model for the time of a validation."""

    def __init__(self) -> None:
        self._whole: AbstractContextManager[None] | None = None

    def before_val(self, runner: Runner) -> None:
        """All ranks collect."""
        self._whole = FullyShardedDataParallel.summon_full_params(runner.model, writeback=False)
        self._whole.__enter__()

    def after_val(self, runner: Runner) -> None:
        """Every rank keeps its share again."""
        if self._whole is not None:
            self._whole.__exit__(None, None, None)
            self._whole = None

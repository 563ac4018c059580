"""Hooks of the training and test loops."""

from mevis.engine.hooks.finite_loss_hook import FiniteLossHook
from mevis.engine.hooks.freed_memory_hook import FreedMemoryHook
from mevis.engine.hooks.iteration_seed_hook import IterationSeedHook
from mevis.engine.hooks.plain_checkpoint_hook import PlainCheckpointHook
from mevis.engine.hooks.progress_hook import ProgressHook
from mevis.engine.hooks.resumable_checkpoint_hook import ResumableCheckpointHook
from mevis.engine.hooks.visualization_hook import RefVidSegVisualizationHook

__all__ = [
    'FiniteLossHook',
    'FreedMemoryHook',
    'IterationSeedHook',
    'PlainCheckpointHook',
    'ProgressHook',
    'RefVidSegVisualizationHook',
    'ResumableCheckpointHook',
]

"""Checkpoints that hold tensors and plain Python only."""

from pathlib import PurePath
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner

from mevis.registry import HOOKS

_HISTORY = 'mevis_history'
# Scalars are averaged over far fewer iterations than this.
_MAX_HISTORY = 10_000


@HOOKS.register_module()
class PlainCheckpointHook(Hook):
    """Turns the engine's objects into plain data before saving, and back after loading.

    The engine stores its message hub as pickled objects, whose loading needs an allowlist that can
    be abused.  What this hook leaves loads with ``torch.load(weights_only=True)`` as it is.  It
    also notes what was trained (``meta['architecture']``), for the message that a wrong config
    gets.
    """

    # After all other hooks have added their part.
    priority = 'LOWEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Replaces everything but the weights by plain data."""
        checkpoint['meta']['architecture'] = describe_model(runner.cfg.get('model', {}))
        for key in checkpoint:
            if key != 'state_dict':
                checkpoint[key] = to_plain(checkpoint[key], key)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Restores the histories of the message hub."""
        hub = checkpoint.get('message_hub')
        if hub:
            hub['log_scalars'] = {key: _restore(value) for key, value in hub['log_scalars'].items()}


def describe_model(model: Any) -> dict[str, str]:
    """The types of a model's parts, by name: what tells architectures apart for a reader."""
    types = {'model': str(model.get('type', '?'))}
    for key, value in model.items():
        if isinstance(value, dict) and 'type' in value:
            types[key] = str(value['type'])
    return types


def to_plain(value: Any, name: str = 'checkpoint') -> Any:
    """Tensors, numbers, text, None and containers of them; anything else is an error.

    Raises:
        TypeError: If a value has no plain form; the message names its place.
    """
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, HistoryBuffer):
        values, counts = value.data
        return {
            _HISTORY: torch.from_numpy(np.array(values[-_MAX_HISTORY:], np.float64)),
            'counts': torch.from_numpy(np.array(counts[-_MAX_HISTORY:], np.int64)),
            'max_length': value.max_length,
        }
    if isinstance(value, dict):
        return {to_plain(key, name): to_plain(item, f'{name}.{key}') for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [to_plain(item, f'{name}[{i}]') for i, item in enumerate(value)]
        return tuple(items) if isinstance(value, tuple) else items
    return _scalar_to_plain(value, name)


def _scalar_to_plain(value: Any, name: str) -> Any:
    """Subclasses of plain types, numpy and paths."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, PurePath):
        return str(value)
    for plain in (bool, int, float, str, bytes):
        if isinstance(value, plain):
            return plain(value)
    raise TypeError(
        f'{name} cannot be saved: {type(value).__name__} is neither a tensor nor plain Python.'
        ' The hook or module that adds it must turn it into such.'
    )


def _restore(value: Any) -> Any:
    if isinstance(value, dict) and _HISTORY in value:
        return HistoryBuffer(
            value[_HISTORY].tolist(), value['counts'].tolist(), value['max_length']
        )
    return value

"""The weights among what a file holds, whoever saved it, under the names of the bare model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mevis.errors import UserError

_USUAL = (
    'state_dict',
    'model_state_dict',
    'model',
    'module',
    'net',
    'network',
    'weights',
    'params',
)
_AVERAGED = (
    'state_dict_ema',
    'ema_state_dict',
    'model_ema',
    'model_state_dict_ema',
    'ema_model',
    'ema',
    'params_ema',
    'shadow_params',
)
_NO_WEIGHTS = ('optim', 'sched', 'scaler', 'message_hub', 'meta', 'ema_optim')
_LEVELS = 2
# Wrappers of torch: DataParallel, torch.compile, averages.
_WRAPPERS = ('module.', '_orig_mod.')
_COUNTERS = ('n_averaged', 'steps')
# What 8 bits and fewer stand for is known by the program that rounded them (their scales).
_FRACTIONS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def find_weights(raw: Any, path: str | Path) -> tuple[dict[str, Tensor], str | None]:
    """The one mapping of tensors in a file: itself, an entry of it, or an entry of an entry.

    Averaged weights (EMA) are taken only where there are no others.

    Args:
        raw: What was saved; arrays of numpy count as tensors.
        path: The file, for messages.

    Returns:
        The tensors by the names of the bare model, and the entry of the file that they are in;
        None if the file holds nothing else.

    Raises:
        UserError: If there are none, or several of which none is named as usual.
    """
    if not isinstance(raw, Mapping):
        raise UserError(f'{path}: holds a {type(raw).__name__} instead of weights.')
    found = _find(raw, path, _LEVELS)
    if found is None:
        keys = ', '.join(str(key)[:60] for key in list(raw)[:5])
        raise UserError(f'{path}: no weights in it (keys: {keys or "none"}).')
    state, key = found
    return bare_names(tensors_of(state, path), path), key


def tensors_of(state: Mapping[Any, Any], path: str | Path = 'weights') -> dict[str, Tensor]:
    """The weights among the entries of a mapping; arrays of numpy become tensors.

    Raises:
        UserError: If one is sparse, quantized, nested, of 8 bits or fewer, or has no values.
    """
    tensors = {}
    for key, value in state.items():
        if not isinstance(key, str) or not _is_weight(value):
            continue
        if isinstance(value, np.ndarray):
            value = _of_numpy(value)
        else:
            kind = _strange_kind(value)
            if kind:
                raise UserError(f'{path}: {key} is {kind}. Save the weights as dense tensors.')
        tensors[key] = value
    return tensors


def bare_names(state: Mapping[str, Tensor], path: str | Path) -> dict[str, Tensor]:
    """Names without what DataParallel, torch.compile and averaging put before them.

    Raises:
        UserError: If two tensors have one name then.
    """
    bare: dict[str, Tensor] = {}
    was_wrapped = any(key.startswith(_WRAPPERS) for key in state)
    for key, value in state.items():
        if was_wrapped and key in _COUNTERS:
            continue
        name = key.replace('_orig_mod.', '')
        while name.startswith(_WRAPPERS):
            name = name.removeprefix('module.')
        if name in bare:
            raise UserError(f'{path}: {name} is there twice, as {key} too. Save one model alone.')
        bare[name] = value
    return bare


def _find(
    mapping: Mapping[Any, Any], path: str | Path, levels: int
) -> tuple[Mapping[Any, Any], str | None] | None:
    for names in (_USUAL, _AVERAGED):
        for name in names:
            part = mapping.get(name)
            if isinstance(part, Mapping) and levels:
                found = _find(part, path, levels - 1)
                if found is not None:
                    return found[0], name
        if any(isinstance(key, str) and _is_weight(v) and v.ndim for key, v in mapping.items()):
            return mapping, None
    others = list(_other_parts(mapping, path, levels))
    if len(others) > 1:
        names = ', '.join(name for name, _ in others[:4])
        raise UserError(
            f'{path}: holds the weights of several models ({names}). Save the one that is meant'
            " alone, as {'state_dict': ...}."
        )
    return (others[0][1], others[0][0]) if others else None


def _other_parts(
    mapping: Mapping[Any, Any], path: str | Path, levels: int
) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Entries of any name that hold weights."""
    for key, part in mapping.items():
        named = isinstance(key, str) and not any(word in key.lower() for word in _NO_WEIGHTS)
        if named and isinstance(part, Mapping) and levels:
            found = _find(part, path, levels - 1)
            if found is not None:
                yield key, found[0]


def _is_weight(value: Any) -> bool:
    return (
        isinstance(value, Tensor) or isinstance(value, np.ndarray) and value.dtype.kind in 'biufc'
    )


def _strange_kind(value: Tensor) -> str | None:
    """What a tensor is that is no array of numbers; None for one that is."""
    if value.is_meta:
        return 'without values'
    if value.is_nested:
        return 'a nested tensor'
    if value.layout != torch.strided or value.is_quantized:
        return 'sparse or quantized'
    if value.is_floating_point() and value.dtype not in _FRACTIONS:
        return f'of type {value.dtype}, which is no whole weight; models take 16 or 32 bits'
    return None


def _of_numpy(value: np.ndarray) -> Tensor:
    # torch knows the order of this machine only, and warns of memory that may not be written to.
    return torch.from_numpy(np.array(value, value.dtype.newbyteorder('=')))

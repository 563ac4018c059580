"""Reading checkpoint files without running what is in them.

``torch.load(weights_only=True)`` builds only what an allowlist names.  The engine's own allowlist
holds ``getattr``, from which every function of the process can be reached; and when loading
fails, the engine unpickles without any list.  Here there is no second attempt, and the name
``builtins.getattr`` stands for a function that answers four questions only.
"""

import argparse
import errno
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from mevis.boundary.files import expanded
from mevis.checkpoints.array_pickle import read_array_pickle
from mevis.checkpoints.file_form import (
    PICKLE,
    SAFETENSORS,
    ZIP,
    damage_of_zip,
    form_of,
    pickle_is_whole,
)
from mevis.checkpoints.shipped import check_shipped
from mevis.errors import UserError

# What torch says of a name that is not on the list.
_GLOBAL = re.compile(r'(?:GLOBAL|Unsupported class|class) ([\w.]+)')
_HISTORY_STATISTICS = ('min', 'max', 'mean', 'current')


def _getattr_of_history(owner: Any, name: str, *default: Any) -> Any:
    """What the engine's pickled histories need of ``getattr``, and nothing else."""
    if owner is HistoryBuffer and name in _HISTORY_STATISTICS:
        return getattr(owner, name)
    raise pickle.UnpicklingError(f'getattr of {owner!r}, {name!r} is not allowed')


def _allowed_globals() -> list[Any]:
    """What the engine's own checkpoints hold beside tensors: histories as numpy arrays."""
    multiarray = np._core.multiarray if hasattr(np, '_core') else np.core.multiarray
    allowed: list[Any] = [HistoryBuffer, np.ndarray, np.dtype, slice]
    allowed += [type(np.dtype(letter)) for letter in '?bBhHiIlLqQefdFD']
    # numpy moved these; old files hold the old names.
    for module in ('numpy.core.multiarray', 'numpy._core.multiarray'):
        allowed.append((multiarray._reconstruct, f'{module}._reconstruct'))
        allowed.append((multiarray.scalar, f'{module}.scalar'))
    # Released research code stores its command line; only plain values are taken from it.
    allowed.append(argparse.Namespace)
    allowed.append((_getattr_of_history, 'builtins.getattr'))
    return allowed


def read_file(path: str | Path, map_location: Any = 'cpu', unsafe: bool = False) -> Any:
    """Reads a ``.safetensors`` file or a file of ``torch.save``.

    Args:
        path: The file.
        map_location: Where tensors go, as in ``torch.load``.
        unsafe: Unpickle whatever the file holds, which **runs code that is in it**.

    Returns:
        What was saved; for safetensors ``{'state_dict': …, 'meta': …}``.

    Raises:
        UserError: If the file would run code, is damaged or is no checkpoint.
        FileNotFoundError: If it does not exist.
    """
    path = expanded(path)
    form = form_of(path)
    check_shipped(path)
    if form == SAFETENSORS:
        return _read_safetensors(path, map_location)
    damage = damage_of_zip(path) if form == ZIP else None
    if damage:
        raise UserError(_not_whole(path, damage))
    try:
        if form == PICKLE and not unsafe:
            return read_array_pickle(path)
        # As a file: of a path torch looks at the ending.
        with path.open('rb') as file, torch.serialization.safe_globals(_allowed_globals()):
            return torch.load(file, map_location=map_location, weights_only=not unsafe)
    except pickle.UnpicklingError as error:
        if form != ZIP and not pickle_is_whole(path):
            raise UserError(_not_whole(path, 'it ends too early')) from error
        raise UserError(_refusal(path, error)) from error
    # A file with changed bytes makes its readers raise almost anything.
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise UserError(_not_whole(path, _first_line(error))) from error


def _not_whole(path: Path, reason: str) -> str:
    return f'{path}: not a whole checkpoint file ({reason}). Copy or download it again.'


def _read_safetensors(path: Path, map_location: Any) -> dict[str, Any]:
    from safetensors import SafetensorError, safe_open

    device = 'cpu' if map_location is None or callable(map_location) else str(map_location)
    try:
        with safe_open(str(path), framework='pt', device=device) as file:
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return {'state_dict': state, 'meta': dict(file.metadata() or {})}
    except SafetensorError as error:
        raise UserError(
            f'{path}: not a complete safetensors file ({error}). Copy or download it again.'
        ) from error


def _refusal(path: Path, error: Exception) -> str:
    text = str(error)
    wanted = _GLOBAL.search(text)
    getattr_of = re.search(r'getattr of .* is not allowed', text)
    reason = _first_line(error)
    if getattr_of:
        reason = getattr_of[0]
    elif wanted:
        reason = f'it asks for {wanted[1]}'
    if not (wanted or getattr_of):
        return _not_whole(path, reason)
    return (
        f'{path}: refused, since loading it would run code that is in the file ({reason}).'
        ' Get the weights as .safetensors; or, only if you trust whoever made the file, name it to'
        ' tools/test.py with --unsafe-unpickle.'
    )


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__

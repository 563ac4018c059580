"""Weights from any file into a model, or a message that says why not.

Every way by which the framework reads weights ends here; see ``safe_unpickling`` for what a file
may contain.
"""

import argparse
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from mevis.checkpoints import dvis, mutr
from mevis.checkpoints.adapter import about
from mevis.checkpoints.matching import Mismatch, check_finite, compare
from mevis.checkpoints.safe_unpickling import read_file
from mevis.checkpoints.weight_finding import find_weights
from mevis.errors import UserError


@dataclass(frozen=True)
class LoadedCheckpoint:
    """The weights of a file.

    Attributes:
        state_dict: Tensors by the names of this framework.
        meta: What the file says about itself.
        source: The file.
        kind: ``mevis``; ``mutr`` or ``dvis`` for an official release.
    """

    state_dict: dict[str, Tensor] = field(repr=False)
    meta: dict[str, Any]
    source: str
    kind: str = 'mevis'


def read_checkpoint(
    path: str | Path, map_location: Any = 'cpu', unsafe: bool = False
) -> dict[str, Any]:
    """Reads a checkpoint in the engine's form: ``state_dict``, ``meta`` and what training added.

    Files of other forms are brought into it: bare state dicts, safetensors, official releases.
    Text that the engine would execute (``meta['config']``) is dropped.

    Raises:
        UserError: If the file would run code, is damaged or holds no weights.
        FileNotFoundError: If it does not exist.
    """
    raw = read_file(path, map_location, unsafe)
    weights, key = find_weights(raw, path)
    checkpoint = _converted_release(raw, weights, path) or _engine_form(raw, weights, key)
    meta = checkpoint.get('meta')
    checkpoint['meta'] = dict(meta) if isinstance(meta, Mapping) else {}
    checkpoint['meta'].pop('config', None)
    return checkpoint


def load_weights(path: str | Path, unsafe: bool = False) -> LoadedCheckpoint:
    """Reads the weights of a file; official releases are converted on the fly.

    Args:
        path: ``.pth`` or ``.safetensors``.
        unsafe: Unpickle whatever the file holds, which runs code that is in it.

    Raises:
        UserError: If the file would run code, is damaged or holds no weights.
        FileNotFoundError: If it does not exist.
    """
    checkpoint = read_checkpoint(path, unsafe=unsafe)
    kind = checkpoint['meta'].get('release', 'mevis')
    return LoadedCheckpoint(checkpoint['state_dict'], checkpoint['meta'], str(path), kind)


def load_into(
    model: nn.Module,
    path: str | Path,
    partial: bool = False,
    unsafe: bool = False,
    allow_untrained: bool = False,
) -> LoadedCheckpoint:
    """Loads the weights of a file into a model.

    Args:
        model: The model.
        path: ``.pth`` or ``.safetensors``.
        partial: Accept a file that lacks parts, as a start for training.
        unsafe: Unpickle whatever the file holds, which runs code that is in it.
        allow_untrained: Accept a file that fits but for parts that it lacks; they stay as
            initialised and are named.

    Raises:
        UserError: If the file is of another architecture.
        FileNotFoundError: If it does not exist.
    """
    loaded = load_weights(path, unsafe)
    put_into(model, loaded.state_dict, str(path), loaded.meta, partial, allow_untrained)
    return loaded


def put_into(
    model: nn.Module,
    state_dict: Mapping[str, Tensor],
    source: str,
    meta: Mapping[str, Any] | None = None,
    partial: bool = False,
    allow_untrained: bool = False,
) -> None:
    """Copies tensors into a model after checking that they belong to it.

    Args:
        model: The model.
        state_dict: Tensors by the names of this framework.
        source: What messages call them.
        meta: What their file says about itself.
        partial: Accept tensors that fit for the most part, as a start for training.
        allow_untrained: Accept tensors that fit but for parts that they lack.

    Raises:
        UserError: If they are of another architecture.
    """
    mismatch = compare(model.state_dict(), state_dict)
    if mismatch:
        start = partial and mismatch.matching_share >= 0.5
        if not start and not (allow_untrained and mismatch.only_lacks_parts):
            stated = (meta or {}).get('architecture')
            # Its own training says which parts it has, its weights how many classes.
            said = {**(stated if isinstance(stated, Mapping) else {})}
            said.update(dvis.architecture_of(state_dict))
            raise UserError(_other_architecture(model, source, said, mismatch))
        kept = ' These parts stay as initialised.' if mismatch.missing else ''
        print_log(
            f'{source}: {mismatch.matching_share:.0%} of the tensors are taken over;'
            f' {mismatch}.{kept}',
            'current',
            logging.WARNING,
        )
    wrong = {entry.split(':')[0] for entry in mismatch.reshaped}
    fitting = {key: value for key, value in state_dict.items() if key not in wrong}
    check_finite(fitting, source, {name for name, _ in model.named_buffers()})
    model.load_state_dict(fitting, strict=False)
    # For messages about what the model answers.
    model.weights_file = source


def _engine_form(
    raw: Mapping[Any, Any], weights: dict[str, Tensor], entry: str | None
) -> dict[str, Any]:
    """The weights, and what else is in a file that has them in an entry of their own."""
    rest = {key: value for key, value in raw.items() if isinstance(key, str) and key != entry}
    return {**(rest if entry else {}), 'state_dict': weights}


def plain_arguments(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The command line that a release stores as a Namespace: its plain values."""
    args = raw.get('args')
    values = vars(args) if isinstance(args, argparse.Namespace) else {}
    return {
        key: value
        for key, value in values.items()
        if value is None or isinstance(value, (bool, int, float, str))
    }


def _converted_release(
    raw: Mapping[Any, Any], weights: dict[str, Tensor], path: str | Path
) -> dict[str, Any] | None:
    """The engine's form of an official MUTR, MinVIS or DVIS release; None for everything else."""
    if mutr.is_official(weights):
        release = 'mutr'
        with about(path):
            conversion = mutr.convert_official(weights)
        stated = mutr.architecture_of(plain_arguments(raw))
        architecture = {'model': 'the official MUTR', **stated}
    elif dvis.is_official(weights):
        release = 'dvis'
        with about(path):
            conversion = dvis.convert_official(weights)
        stated = architecture = dvis.architecture_of(conversion.state_dict)
    else:
        return None
    said = ', '.join(f'{key} {value}' for key, value in stated.items())
    print_log(
        f'{path}: an official {release.upper()} release ({said or "no arguments in it"}),'
        f' {len(conversion.renamed)} tensors renamed, {len(conversion.ignored)} not needed.',
        'current',
    )
    return {
        'state_dict': conversion.state_dict,
        'meta': {'release': release, 'architecture': architecture},
    }


def _other_architecture(
    model: nn.Module, source: str, architecture: Mapping[str, Any], mismatch: Mismatch
) -> str:
    of = ''
    if architecture:
        of = ' of ' + ', '.join(f'{key} {value}' for key, value in architecture.items())
    hint = ''
    if mismatch.only_lacks_parts:
        hint = ' To try it with the missing parts untrained: --allow-untrained.'
    return (
        f'{source}: a checkpoint{of} does not fit the {type(model).__name__} of this config:'
        f' {mismatch}. Use the config it was trained with, or the checkpoint of this config.{hint}'
    )

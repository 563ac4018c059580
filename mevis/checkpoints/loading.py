"""Weights from any file into a model, or a message that says why not.

Every way by which the framework reads weights ends here; see ``safe_unpickling`` for what a file
may contain.
"""

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from mevis.checkpoints import dvis, mutr
from mevis.checkpoints.safe_unpickling import read_file
from mevis.errors import UserError

# Parts that a model may lack or have in addition without being another architecture.
_OPTIONAL_SUFFIXES = ('num_batches_tracked', 'position_ids')


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


@dataclass(frozen=True)
class Mismatch:
    """How the tensors of a file differ from those of a model."""

    missing: list[str]
    unexpected: list[str]
    reshaped: list[str]
    num_expected: int
    missing_parts: list[str] = field(default_factory=list)
    """The parts of the model of which the file holds nothing."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.reshaped)

    @property
    def matching_share(self) -> float:
        """Share of the model's tensors that the file holds in the right shape."""
        found = self.num_expected - len(self.missing) - len(self.reshaped)
        return found / max(1, self.num_expected)

    @property
    def only_lacks_parts(self) -> bool:
        """Whether the file fits a model that has less."""
        return not (self.unexpected or self.reshaped) and self.matching_share >= 0.5

    def __str__(self) -> str:
        parts = []
        if self.missing:
            parts.append(
                f'{len(self.missing)} tensors missing in the file ({", ".join(self.missing_parts)})'
            )
        for name, keys in (
            ('unknown to the model', self.unexpected),
            ('of another shape', self.reshaped),
        ):
            if keys:
                more = f' and {len(keys) - 3} more' if len(keys) > 3 else ''
                parts.append(f'{len(keys)} tensors {name} ({", ".join(keys[:3])}{more})')
        return '; '.join(parts)


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
    if not isinstance(raw, Mapping):
        raise UserError(f'{path}: holds a {type(raw).__name__} instead of weights.')
    checkpoint = _converted_release(raw, path) or _engine_form(raw, path)
    meta = checkpoint.get('meta')
    checkpoint['meta'] = dict(meta) if isinstance(meta, Mapping) else {}
    checkpoint['meta'].pop('config', None)
    checkpoint['state_dict'] = {
        key.removeprefix('module.'): value for key, value in checkpoint['state_dict'].items()
    }
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
    model.load_state_dict(fitting, strict=False)


def compare(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> Mismatch:
    """Lists the differences between a model's tensors and a file's."""
    counted = [key for key in expected if not key.endswith(_OPTIONAL_SUFFIXES)]
    missing = [key for key in counted if key not in found]
    return Mismatch(
        missing=missing,
        unexpected=[
            key for key in found if key not in expected and not key.endswith(_OPTIONAL_SUFFIXES)
        ],
        reshaped=[
            f'{key}: {tuple(found[key].shape)} in the file, {tuple(expected[key].shape)} here'
            for key in counted
            if key in found and found[key].shape != expected[key].shape
        ],
        num_expected=len(counted),
        missing_parts=_whole_parts(counted, set(missing)),
    )


def _whole_parts(names: Sequence[str], missing: set[str]) -> list[str]:
    """The fewest beginnings of names that stand for all that is missing, and nothing else."""
    present = {
        name.rsplit('.', depth)[0]
        for name in names
        if name not in missing
        for depth in range(name.count('.') + 1)
    }
    parts = []
    for name in names:
        if name in missing:
            pieces = name.split('.')
            starts = ('.'.join(pieces[:length]) for length in range(1, len(pieces) + 1))
            parts.append(next(start for start in starts if start not in present))
    return list(dict.fromkeys(parts))


def _engine_form(raw: Mapping[str, Any], path: str | Path) -> dict[str, Any]:
    for key in ('state_dict', 'model'):
        if isinstance(raw.get(key), Mapping):
            rest = {name: value for name, value in raw.items() if name != key}
            return {**rest, 'state_dict': _tensors(raw[key], path)}
    return {'state_dict': _tensors(raw, path)}


def _tensors(state: Mapping[str, Any], path: str | Path) -> dict[str, Tensor]:
    tensors = named_tensors(state)
    if not tensors:
        raise UserError(f'{path}: no weights in it (keys: {", ".join(map(str, list(state)[:5]))}).')
    return tensors


def named_tensors(state: Mapping[Any, Any]) -> dict[str, Tensor]:
    """The weights among the entries of a file."""
    return {
        key: value
        for key, value in state.items()
        if isinstance(key, str) and isinstance(value, Tensor)
    }


def plain_arguments(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The command line that a release stores as a Namespace: its plain values."""
    args = raw.get('args')
    values = vars(args) if isinstance(args, argparse.Namespace) else {}
    return {
        key: value
        for key, value in values.items()
        if value is None or isinstance(value, (bool, int, float, str))
    }


def _converted_release(raw: Mapping[str, Any], path: str | Path) -> dict[str, Any] | None:
    """The engine's form of an official MUTR, MinVIS or DVIS release; None for everything else."""
    state = raw.get('model', raw)
    if not isinstance(state, Mapping) or not all(isinstance(key, str) for key in state):
        return None
    if mutr.is_official(state):
        release = 'mutr'
        conversion = mutr.convert_official(_tensors(state, path))
        stated = mutr.architecture_of(plain_arguments(raw))
        architecture = {'model': 'the official MUTR', **stated}
    elif dvis.is_official(state):
        release = 'dvis'
        conversion = dvis.convert_official(_tensors(state, path))
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

"""--cfg-options that must name what exists.

The engine accepts any key in silence: ``optim_wraper.lr=1e-4`` adds a key that nothing reads.  Here
a key must

- be in the config, or
- be an argument of the class that its ``type`` names (or of the part of the engine it configures),
- or open a new entry with a ``type`` where entries are free (``default_hooks.ema.type``).

Everything else is answered with the nearest names.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.config import Config, ConfigDict

from mevis.apis.configs.constructor_arguments import (
    ArgumentTable,
    arguments_of_section,
    arguments_of_type,
)
from mevis.apis.configs.list_overrides import list_entry, set_in_lists
from mevis.errors import UserError

# Sections whose entries are named freely, each with a `type` of its own.
_COLLECTIONS = ('default_hooks',)
# Sections whose keys are the user's: parts of parameter names.
_FREE_KEYS = ('custom_keys',)
_GIVEN = '_mevis_overrides'
_ABSENT = object()
# What the commands themselves are told.
_OPTIONS = {'launcher': '--launcher', 'work_dir': '--work-dir', 'resume': '--resume'}
_CONTROL_KEYS = ('type', '_delete_', '_scope_')


def apply_overrides(cfg: Config, overrides: Mapping[str, Any]) -> Config:
    """Merges dotted overrides into a config, in place.

    Args:
        cfg: The config.
        overrides: Dotted key -> value; a number addresses an entry of a list, and the number
            behind the last one appends.  A section as a value is merged, entry by entry.

    Returns:
        The same config.

    Raises:
        UserError: If a key names nothing that exists, with the nearest names; or if a slot got
            another ``type`` that does not take the arguments that are left in it.
    """
    overrides = _flattened(cfg, overrides)
    for key in overrides:
        if key in _OPTIONS:
            raise UserError(f'--cfg-options {key}: use the option {_OPTIONS[key]} instead.')
        _check_key(cfg, key, overrides)
    try:
        cfg.merge_from_dict(set_in_lists(cfg._cfg_dict, overrides))
    except (TypeError, KeyError, ValueError) as error:
        raise UserError(f'--cfg-options {", ".join(overrides)}: {error}') from error
    object.__setattr__(cfg, _GIVEN, {**given_overrides(cfg), **overrides})
    for key in overrides:
        if key == 'type' or key.endswith('.type'):
            _check_leftovers(cfg, key.rpartition('.')[0])
    return cfg


def given_overrides(cfg: Config) -> dict[str, Any]:
    """The overrides that were applied to a config: dotted key -> value."""
    return vars(cfg).get(_GIVEN, {})


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest of the known names; all of them if none is near."""
    known = sorted(set(map(str, known)))
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f'Did you mean {" or ".join(close)}?'
    return f'Known here: {", ".join(known[:30])}.' if known else ''


def _flattened(cfg: Config, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """``a={b: 1}`` as ``a.b=1``, so that both are checked alike."""
    flat: dict[str, Any] = {}
    for key, value in overrides.items():
        place = _find(cfg, key)
        named = isinstance(value, Mapping) and all(
            isinstance(name, str) and name and '.' not in name for name in value
        )
        if not named or not value or place is _ABSENT:
            flat[key] = value
        elif isinstance(place, Mapping):
            inner = {f'{key}.{name}': part for name, part in value.items()}
            flat.update(_flattened(cfg, inner))
        else:  # nothing to merge with, such as None
            flat[key] = {**value, '_delete_': True}
    return flat


def _find(cfg: Config, key: str) -> Any:
    """The entry of a key; an empty section for one that will be appended to a list."""
    node: Any = cfg._cfg_dict
    for part in key.split('.'):
        if isinstance(node, Mapping):
            node = node.get(part, _ABSENT)
        elif isinstance(node, (list, tuple)) and part.isdigit():
            node = node[int(part)] if int(part) < len(node) else {}
        else:
            return _ABSENT
    return node


def _check_key(cfg: Config, key: str, overrides: Mapping[str, Any]) -> None:
    node: Any = cfg._cfg_dict
    parts = key.split('.')
    for depth, part in enumerate(parts):
        place = '.'.join(parts[:depth])
        if isinstance(node, (list, tuple)):
            node = list_entry(node, parts, depth, overrides)
            continue
        if not isinstance(node, Mapping):
            raise UserError(
                f'--cfg-options {key}: {place} is {node!r}, not a section, so it has no {part}.'
            )
        if part in node:
            node = node[part]
            continue
        _check_new(node, part, place, key, overrides)
        if place.rpartition('.')[2] in (*_COLLECTIONS, *_FREE_KEYS):
            return
        node = {}


def _check_new(
    node: Mapping[str, Any], part: str, place: str, key: str, overrides: Mapping[str, Any]
) -> None:
    """Accepts a key that the config lacks only if something would read it."""
    name = place.rpartition('.')[2]
    if part in _CONTROL_KEYS or name in _FREE_KEYS or part in _FREE_KEYS:
        return
    if name in _COLLECTIONS:
        entry = f'{place}.{part}'
        value = overrides.get(entry)
        if f'{entry}.type' in overrides or (isinstance(value, Mapping) and 'type' in value):
            return
        raise UserError(
            f'--cfg-options {key}: {place} has no {part}. {nearest(part, node)}'
            f' A new entry needs {entry}.type.'
        )
    table = _arguments(node, place, overrides)
    if table is None and not node:
        # Inside a new section that nothing is known about.
        return
    if table is not None and (table.open or part in table.names):
        return
    known = set(node) | (table.names if table else set())
    owner = f'{place} ({table.owner})' if table and table.owner else place or 'the config'
    raise UserError(f'--cfg-options {key}: {owner} has no {part}. {nearest(part, known)}')


def _arguments(
    node: Mapping[str, Any], place: str, overrides: Mapping[str, Any]
) -> ArgumentTable | None:
    type_name = overrides.get(f'{place}.type', node.get('type'))
    if _is_name(type_name):
        return arguments_of_type(type_name)
    return arguments_of_section(place)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and all(part.isidentifier() for part in value.split('.'))


def _check_leftovers(cfg: Config, place: str) -> None:
    """A slot with another type must not keep what only the former one took."""
    node = cfg._cfg_dict
    for part in place.split('.') if place else []:
        node = node[int(part)] if isinstance(node, (list, tuple)) else node[part]
    if isinstance(node, ConfigDict) and not _is_name(node['type']):
        raise UserError(f'--cfg-options {place}.type={node["type"]}: must be the name of a class.')
    table = arguments_of_type(node['type']) if isinstance(node, ConfigDict) else None
    if table is None or table.open:
        return
    left = sorted(set(node) - table.names - set(_CONTROL_KEYS))
    if left:
        raise UserError(
            f'--cfg-options {place}.type={node["type"]}: {node["type"]} takes no'
            f' {", ".join(left)}, which the config sets for the former type.'
            f' Add {place}._delete_=True and name all that the new one needs.'
        )

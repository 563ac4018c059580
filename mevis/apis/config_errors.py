"""Mistakes in configs that show only when modules are built."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmengine.config import Config

from mevis.apis.overrides import nearest
from mevis.errors import UserError
from mevis.registry import UnknownModuleError

# What mmengine writes; `class `X` in a.b.c.py: ` is put before messages from constructors.
_UNKNOWN = re.compile(r"['\"]?([\w.]+)['\"]? is not in the (?:[\w.-]+::)?([\w -]+?) registry")
_UNKNOWN_OURS = re.compile(r"'([\w.]+)' is not a registered .*", re.DOTALL)
_BUILDING = re.compile(r'class `(\w+)` in ([\w/.]+): (.*)', re.DOTALL)
_KEYWORD = re.compile(r"got (?:an )?unexpected keyword arguments? '(\w+)'")
_REQUIRED = re.compile(r'missing \d+ required (?:positional|keyword-only) arguments?: (.+)')


@contextmanager
def config_errors(cfg: Config) -> Iterator[None]:
    """Turns errors of building from a config into one line that names its key.

    Raises:
        UserError: For an unknown name, an unknown argument or a missing one.
    """
    try:
        yield
    except UserError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        message = _explain(error, cfg)
        if message is None:
            raise
        raise UserError(message) from error


def _explain(error: Exception, cfg: Config) -> str | None:
    text = str(error.args[0]) if error.args else ''
    if isinstance(error, UnknownModuleError):
        found = _UNKNOWN_OURS.search(text)
        return f'{_places(cfg, found[1])}{found[0]}' if found else text
    if isinstance(error, KeyError):
        found = _UNKNOWN.search(text)
        return _unknown(cfg, found[1], found[2]) if found else None
    if isinstance(error, TypeError):
        return _wrong_arguments(cfg, text)
    nested = _BUILDING.search(text)
    if nested and 'UserError' in type(error).__name__:
        return nested[3]
    return None


def _unknown(cfg: Config, name: str, registry_name: str) -> str:
    """An unknown name in a registry of the engine, which lists nothing itself."""
    from mevis.apis.constructor_arguments import all_registries

    known: set[str] = set()
    for registry in all_registries():
        if registry.name.replace('_', ' ') == registry_name.replace('_', ' '):
            registry.import_from_location()
            known.update(registry.module_dict)
    hint = nearest(name.split('.')[-1], known)
    return f'{_places(cfg, name)}{name!r} is not a registered {registry_name}. {hint}'


def _wrong_arguments(cfg: Config, text: str) -> str | None:
    from mevis.apis.constructor_arguments import arguments_of_type

    if not text.startswith('class `'):
        return None
    innermost = text[text.rindex('class `') :]
    building = _BUILDING.search(innermost)
    if building is None:
        return None
    owner, reason = building[1], building[3]
    keyword, required = _KEYWORD.search(reason), _REQUIRED.search(reason)
    if keyword:
        table = arguments_of_type(owner)
        hint = nearest(keyword[1], table.names) if table else ''
        return f'{_places(cfg, owner)}{owner} takes no {keyword[1]!r}. {hint}'
    if required:
        return f'{_places(cfg, owner)}{owner} needs {required[1]}. Add it to the config.'
    return None


def _places(cfg: Config, name: str) -> str:
    """The keys of the config whose ``type`` is that name."""
    found = list(_find_type(cfg._cfg_dict, name))
    return f'{" and ".join(found[:3])}: ' if found else ''


def _find_type(node: Any, name: str, place: str = '') -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get('type'), str) and node['type'].split('.')[-1] == name.split('.')[-1]:
            yield f'{place}.type' if place else 'type'
        for key, value in node.items():
            yield from _find_type(value, name, f'{place}.{key}' if place else str(key))
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            yield from _find_type(value, name, f'{place}.{index}')

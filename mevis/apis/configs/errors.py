"""Mistakes in configs that show only when modules are built."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmengine.config import Config

from mevis.apis.configs.blame import blamed, find_type
from mevis.apis.configs.overrides import nearest
from mevis.apis.configs.values import check_values
from mevis.errors import UserError
from mevis.registry import UnknownModuleError

# What mmengine and Python write.
_UNKNOWN = re.compile(r"['\"]?([\w.]+)['\"]? is not in the (?:[\w.-]+::)?([\w -]+?) registry")
_UNKNOWN_OURS = re.compile(r"'([\w.]+)' is not a registered .*", re.DOTALL)
_MISSING_KEY = re.compile(r"'Config(?:Dict)?' object has no attribute '(\w+)'")
_KEYWORD = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_REQUIRED = re.compile(r'(\w+)\.__init__\(\) missing \d+ required [\w-]+ arguments?: (.+)')


@contextmanager
def config_errors(cfg: Config) -> Iterator[None]:
    """Turns errors of building from a config into one line that names its key.

    Values are checked before anything is built.  What is raised later, when nothing is being built,
    passes as it is.

    Raises:
        UserError: For an unknown name, an unknown argument or a missing one, and a value with which
            something cannot be built.
    """
    check_values(cfg)
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        known = isinstance(error, (KeyError, TypeError, AttributeError))
        message = (_explain(error, cfg) if known else None) or blamed(error, cfg)
        if message is None:
            raise
        raise UserError(message) from error


def check_engine_names(cfg: Config) -> None:
    """Looks up the names of the engine's own parts before hours of data loading, or of nothing.

    Raises:
        UserError: If one is not registered, the engine itself ending in a traceback for some.
    """
    import mmengine.optim  # noqa: F401 - registers them
    from mmengine.registry import OPTIM_WRAPPERS, OPTIMIZERS, PARAM_SCHEDULERS

    import mevis.engine  # noqa: F401 - registers ours

    wrapper = cfg.get('optim_wrapper') or {}
    schedulers = cfg.get('param_scheduler') or []
    parts = [(wrapper, OPTIM_WRAPPERS), (wrapper.get('optimizer') or {}, OPTIMIZERS)]
    parts += [(item, PARAM_SCHEDULERS) for item in _as_list(schedulers)]
    for part, registry in parts:
        if not isinstance(part, Mapping):
            raise UserError(f'optim_wrapper or param_scheduler: {part!r:.60} is no section.')
        name = part.get('type')
        if isinstance(name, str) and registry.get(name) is None:
            raise UserError(_unknown(cfg, name, registry.name))


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _explain(error: Exception, cfg: Config) -> str | None:
    text = str(error.args[0]) if error.args else ''
    if isinstance(error, UnknownModuleError):
        found = _UNKNOWN_OURS.search(text)
        return f'{_places(cfg, found[1])}{found[0]}' if found else text
    if isinstance(error, KeyError):
        found = _UNKNOWN.search(text)
        return _unknown(cfg, found[1], found[2]) if found else None
    if isinstance(error, AttributeError):
        found = _MISSING_KEY.search(text)
        hint = 'Inherit it from configs/_base_.'
        return f'{cfg.filename or "config"}: has no {found[1]}. {hint}' if found else None
    return _wrong_arguments(cfg, text)


def _unknown(cfg: Config, name: str, registry_name: str) -> str:
    """An unknown name in a registry of the engine, which lists nothing itself."""
    from mevis.apis.configs.constructor_arguments import all_registries

    known: set[str] = set()
    for registry in all_registries():
        if registry.name.replace('_', ' ') == registry_name.replace('_', ' '):
            registry.import_from_location()
            known.update(registry.module_dict)
    hint = nearest(name.split('.')[-1], known)
    return f'{_places(cfg, name)}{name!r} is not a registered {registry_name}. {hint}'


def _wrong_arguments(cfg: Config, text: str) -> str | None:
    """An argument too much or too few, if it is of a class that the config names."""
    from mevis.apis.configs.constructor_arguments import arguments_of_type

    found = _KEYWORD.search(text) or _REQUIRED.search(text)
    place = _places(cfg, found[1]) if found else ''
    if not place:
        return None
    owner, argument = found[1], found[2]
    if found.re is _REQUIRED:
        return f'{place}{owner} needs {argument}. Add it to the config.'
    table = arguments_of_type(owner)
    hint = nearest(argument, table.names) if table else ''
    return f'{place}{owner} takes no {argument!r}. {hint}'


def _places(cfg: Config, name: str) -> str:
    """The keys of the config whose ``type`` is that name."""
    found = [f'{place}.type' if place else 'type' for place, _ in find_type(cfg._cfg_dict, name)]
    return f'{" and ".join(found[:3])}: ' if found else ''

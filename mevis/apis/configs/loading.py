"""Configs from files, with overrides from the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.utils import import_modules_from_strings

from mevis.apis.configs.overrides import apply_overrides
from mevis.boundary.config_file import read_config
from mevis.errors import UserError


def load_config(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Reads a config and applies overrides that must name what exists.

    Args:
        path: A config file; ``mevis::NAME.py`` is one that comes with mevis, here and in
            ``_base_``.
        overrides: Dotted key -> value, as ``--cfg-options`` gives them.

    Raises:
        UserError: If the file cannot be read as a config (the message names the file and line)
            or an override names nothing that exists.
    """
    cfg = read_config(path)
    _import_modules(overrides or {})
    return apply_overrides(cfg, overrides or {})


def _import_modules(overrides: Mapping[str, Any]) -> None:
    """Modules that an override names; those of the file were imported while it was read."""
    for key, value in overrides.items():
        if key == 'custom_imports':
            wanted = value.get('imports', ()) if isinstance(value, Mapping) else value
        elif key == 'custom_imports.imports':
            wanted = value
        else:
            continue
        import_modules(wanted, f'--cfg-options {key}')


def import_modules(names: Any, option: str) -> None:
    """Imports modules that register parts.

    Args:
        names: One or several, dotted.
        option: How the user named them, for messages.

    Raises:
        UserError: If one cannot be imported.
    """
    try:
        import_modules_from_strings(names)
    except Exception as error:
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise UserError(
            f'{option}: {reason}.'
            ' Put the folder that holds the module on PYTHONPATH, or install it.'
        ) from error

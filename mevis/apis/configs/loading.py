"""Configs from files, with overrides from the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mevis.apis.configs.overrides import apply_overrides
from mevis.boundary.config_file import read_config


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
    return apply_overrides(read_config(path), overrides or {})

"""A model of ours that a refiner borrows, named by its config and weights."""

from pathlib import Path
from typing import Any

from mmengine.registry import DefaultScope
from torch import nn

from mevis.boundary.config_file import read_config
from mevis.boundary.files import expanded
from mevis.checkpoints.loading import load_into
from mevis.errors import UserError
from mevis.registry import MODELS


def named_files(config: str, checkpoint: str, kind: str) -> list[Path]:
    """Config and weights, the files that decide what the model says.

    Args:
        config: A config file.
        checkpoint: Its weights.
        kind: Class of the model, for the message.

    Raises:
        UserError: If one is missing.
    """
    files = [expanded(config), expanded(checkpoint)]
    for file, key in zip(files, ('config', 'checkpoint'), strict=True):
        if not file.is_file():
            raise UserError(
                f'{file}: no such file. Name the one of a {kind}: model.refiner.{key}=FILE'
            )
    return files


def load_named(
    config: str, checkpoint: str, kind: str, method: str, without: str
) -> tuple[nn.Module, Any]:
    """Builds the model of a config with its weights.

    Args:
        config: A config file.
        checkpoint: Its weights.
        kind: Class of the model, for the message.
        method: What a model must have to be of that kind.
        without: What it does without it, for the message.

    Returns:
        The model, and the config.

    Raises:
        UserError: If a file is missing, or of another model.
    """
    path, weights = named_files(config, checkpoint, kind)
    cfg = read_config(path)
    with DefaultScope.overwrite_default_scope('mevis'):
        model = MODELS.build(cfg.model)
    if not hasattr(model, method):
        raise UserError(f'{config}: {type(model).__name__} {without}. Name a config of {kind}.')
    load_into(model, str(weights))
    return model, cfg

"""Networks of transformers from a folder that the user names; nothing is downloaded."""

import logging
from pathlib import Path
from typing import Any

from mevis.boundary.files import expanded
from mevis.errors import UserError


def weight_files(folder: str, official: str) -> list[Path]:
    """The files of a folder that decide what its network answers.

    Args:
        folder: Holds ``config.json``, ``*.safetensors`` and the files of the processor.
        official: Where such a folder comes from, for messages.

    Raises:
        UserError: If it does not exist, or config or weights are missing.
    """
    path = expanded(folder)
    absent = [name for name in ('config.json', '*.safetensors') if not any(path.glob(name))]
    if absent:
        raise UserError(
            f'{folder}: no {" and no ".join(absent)} in it. Download the official {official} to'
            ' this folder, and name it in `weights`.'
        )
    kinds = ('*.json', '*.safetensors', '*.txt')
    return sorted(file for kind in kinds for file in path.glob(kind))


def load_pretrained(model_class: Any, folder: str, official: str) -> Any:
    """Loads a network by ``from_pretrained``.

    Args:
        model_class: A class of transformers.
        folder: Holds ``config.json`` and ``model.safetensors``.
        official: Where such a folder comes from, for messages.

    Raises:
        UserError: If the folder or a file in it is missing, or its weights are of another model.
    """
    weight_files(folder, official)
    path = expanded(folder)
    quiet = logging.getLogger('transformers')
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # what is wrong is said below, once
    try:
        model, report = model_class.from_pretrained(
            str(path), local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise UserError(
            f'{folder}: {str(error).splitlines()[0]} (official: {official}).'
        ) from error
    finally:
        quiet.setLevel(level)
    for name in ('missing_keys', 'mismatched_keys'):
        if keys := sorted(map(str, report[name])):
            raise UserError(
                f'{folder}: weights of another model than {model_class.__name__}'
                f' ({len(keys)} {name.replace("_", " ")}: {", ".join(keys[:3])}). Official:'
                f' {official}.'
            )
    return model

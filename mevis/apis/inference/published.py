"""A model as a folder that explains itself: config, weights and a card."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from safetensors.torch import save_file
from torch import nn

from mevis.apis.configs.errors import config_errors
from mevis.apis.running.evaluation_job import keep_only_test, sha256
from mevis.apis.running.runner import install_safe_loader
from mevis.boundary.files import expanded
from mevis.boundary.json_file import read_json
from mevis.boundary.type_names import check_type_names
from mevis.checkpoints.loading import load_into
from mevis.checkpoints.writing import weights_errors
from mevis.errors import UserError
from mevis.registry import MODELS
from mevis.structures.atomic_folder import atomic_folder, check_replaceable

CONFIG, WEIGHTS, CARD = 'config.json', 'model.safetensors', 'README.md'
CONTENTS = (CONFIG, WEIGHTS, CARD)
_OURS = b'library_name: mevis'


def published_model(folder: str | Path) -> tuple[Path, Path]:
    """Config and weights of a published model.

    Raises:
        UserError: If the folder is none (names what is missing), or its config has a base.
    """
    folder = expanded(folder)
    if not folder.is_dir():
        raise UserError(
            f'{folder}: no such folder. A published model is a folder with {CONFIG} and {WEIGHTS};'
            ' nothing is downloaded.'
        )
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise UserError(
                f'{folder}: no {name} in it. tools/publish_model.py CONFIG CHECKPOINT FOLDER writes'
                ' a model as a folder.'
            )
    mend = 'Publish the model again.'
    if '_base_' in read_json(folder / CONFIG, dict[str, Any], mend):
        raise UserError(
            f'{folder / CONFIG}: has a _base_, which may be a program; a published config is whole.'
            f' {mend}'
        )
    return folder / CONFIG, folder / WEIGHTS


def check_publishable(folder: str | Path) -> None:
    """Finds out before the work whether a publication may take the place of what is there.

    Raises:
        UserError: If the folder holds other files, or a model of another library, whose files have
            the same names.
    """
    check_replaceable(folder, CONFIG, CONTENTS)
    card = Path(folder) / CARD
    if (Path(folder) / CONFIG).is_file() and not (card.is_file() and _OURS in card.read_bytes()):
        raise UserError(
            f'{folder}: holds a model that this tool did not write ({CARD} says nothing of mevis);'
            ' choose another folder.'
        )


def publish_model(
    cfg: Config,
    checkpoint: str | Path,
    folder: str | Path,
    scores: Mapping[str, Any] | None = None,
    unsafe: bool = False,
) -> list[str]:
    """Writes a model as a folder: all of it, or nothing.

    The config is a file of values and keeps what a test needs.  The weights are those of the model
    alone, by the names of this framework, whatever the checkpoint is.

    Args:
        cfg: The config; what belongs to training is dropped in place.
        checkpoint: The weights.
        folder: Where to; an earlier publication is replaced.
        scores: Figures of ``tools/test.py --out`` for the card.
        unsafe: Load a file that must be unpickled, which runs the code in it.

    Returns:
        Files beside the folder that the config names, which a reader of it needs too.

    Raises:
        UserError: If config and weights do not fit, the config holds what is no value, or the
            folder other files.
    """
    check_publishable(folder)
    keep_only_test(cfg)
    check_type_names(cfg.to_dict())
    init_default_scope('mevis')
    install_safe_loader(unsafe)
    with config_errors(cfg):
        model = MODELS.build(cfg.model)
    load_into(model, checkpoint, unsafe=unsafe)
    for key in ('load_from', 'resume', 'work_dir', 'launcher'):
        cfg.pop(key, None)
    needed = sorted(set(_files(cfg.to_dict())))
    try:
        text = json.dumps(cfg.to_dict(), indent=2, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UserError(
            f'{cfg.filename}: cannot be written as JSON ({error}). Name classes by text, and take'
            ' out functions and objects.'
        ) from error
    state = {key: value.detach().contiguous().clone() for key, value in model.state_dict().items()}
    with atomic_folder(folder, CONFIG, CONTENTS) as new:
        (new / CONFIG).write_text(text + '\n', encoding='utf-8')
        with weights_errors(Path(folder) / WEIGHTS, new / WEIGHTS):
            save_file(state, new / WEIGHTS, metadata={'format': 'pt'})
        (new / WEIGHTS).chmod((new / CONFIG).stat().st_mode)  # else for the owner alone
        digest = sha256(new / WEIGHTS)
        card = _card(cfg, model, Path(folder).name, digest, scores or {}, needed)
        (new / CARD).write_text(card, encoding='utf-8')
    return needed


def _files(node: Any) -> Iterator[str]:
    """Values of a config that name files of this machine."""
    if isinstance(node, Mapping):
        for part in node.values():
            yield from _files(part)
    elif isinstance(node, (list, tuple)):
        for part in node:
            yield from _files(part)
    elif isinstance(node, str) and '/' in node and Path(node).is_file():
        yield node


def _card(
    cfg: Config,
    model: nn.Module,
    name: str,
    digest: str,
    scores: Mapping[str, Any],
    needed: list[str],
) -> str:
    """The card in Markdown, with metadata as model hubs read it."""
    millions = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    figures = ''.join(
        f'| {key} | {value:.2f} |\n' for key, value in scores.items() if value is not None
    )
    lines = [
        '---',
        'library_name: mevis',
        'tags: [referring-video-object-segmentation, motion-expression]',
        '---',
        f'# {name}',
        '',
        f'`{cfg.model.type}` of mevis, {millions:.2f} M parameters. Config:'
        f' `{Path(cfg.filename or "config").name}`.',
        '',
        '```python',
        'from mevis.apis import RefVidSegInferencer',
        '',
        "model = RefVidSegInferencer.from_pretrained('FOLDER')  # this folder",
        "result = model('clip.mp4', ['the bird that flies away'])",
        'masks = result.masks(0)  # (T, H, W) bool',
        '```',
        '',
        f'`tools/test.py FOLDER/{CONFIG} FOLDER/{WEIGHTS}` tests it.',
        '',
        f'`{WEIGHTS}`: SHA-256 `{digest}`.',
        '',
    ]
    if figures:
        lines += ['| metric | % |', '|---|---:|', figures]
    if needed:
        lines += ['Not in this folder but named in the config:', '']
        lines += [f'- `{file}`' for file in needed]
        lines.append('')
    return '\n'.join(lines)

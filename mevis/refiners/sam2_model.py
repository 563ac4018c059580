"""SAM 2 of transformers from a folder that the user names."""

from pathlib import Path
from typing import Any

from torch import nn

from mevis.boundary.files import expanded
from mevis.boundary.formats import PretrainedConfig
from mevis.boundary.json_file import read_json
from mevis.errors import UserError

FOLDER = 'data/weights/sam2.1-hiera-large'
_FILES = ('config.json', 'model.safetensors')


class Sam2Models(nn.Module):
    """The video model of SAM 2 and its image model, which share encoder and decoder.

    Attributes:
        video: ``Sam2VideoModel``.
        image: ``Sam2Model`` with the same weights.
        processor: ``Sam2VideoProcessor``.
    """

    def __init__(self, video: nn.Module, image: nn.Module, processor: Any) -> None:
        super().__init__()
        self.video: Any = video
        self.image: Any = image
        self.processor = processor
        # The weights are equal; once is enough.
        for part in ('vision_encoder', 'prompt_encoder', 'mask_decoder'):
            setattr(image, part, getattr(video, part))


def weight_files(folder: str) -> list[Path]:
    """The files of a folder that decide what the model answers.

    Raises:
        UserError: If one is missing; says what the folder is and where it is looked for.
    """
    path = expanded(folder)
    missing = [name for name in _FILES if not (path / name).is_file()]
    if missing:
        raise UserError(
            f'{path}: {missing[0]} is not there. The folder should hold a SAM 2 of transformers:'
            ' config.json, model.safetensors and the files of the processor, such as'
            ' https://huggingface.co/facebook/sam2.1-hiera-large; the original .pt files do not'
            ' load. Put it there, or name a folder: model.refiner.folder=FOLDER'
        )
    return [path / name for name in _FILES]


def load_sam2(folder: str) -> Sam2Models:
    """Reads both models from the folder of a ``Sam2VideoModel``.

    Raises:
        UserError: If the folder lacks a file, or holds another model.
    """
    path = weight_files(folder)[0].parent
    kind = _kind(path / 'config.json')
    if kind != 'sam2_video':
        raise UserError(
            f'{path}: config.json says model_type {kind!r}, not sam2_video. Choose the folder of a'
            ' SAM 2, such as facebook/sam2.1-hiera-large.'
        )
    from safetensors import SafetensorError
    from transformers import Sam2Model, Sam2VideoModel, Sam2VideoProcessor

    try:
        video = _whole(Sam2VideoModel, path)
        image = _whole(Sam2Model, path)
        processor = Sam2VideoProcessor.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(
            f'{path}: transformers cannot read a SAM 2 there ({str(error).splitlines()[0]}).'
            ' Download the whole folder again.'
        ) from error
    return Sam2Models(video, image, processor)


def _kind(config: Path) -> str:
    return read_json(config, PretrainedConfig, 'Download the whole folder again.').model_type


def _whole(model: Any, path: Path) -> nn.Module:
    """Reads a model; what the file lacks would be left random by the library."""
    from transformers.utils import logging

    shown, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # the image model has no use for the parts that remember
    logging.disable_progress_bar()
    try:
        found, report = model.from_pretrained(path, local_files_only=True, output_loading_info=True)
    finally:
        logging.set_verbosity(shown)
        if bars:
            logging.enable_progress_bar()
    if report['missing_keys']:
        missing = sorted(report['missing_keys'])
        raise ValueError(f'{len(missing)} tensors are missing, such as {missing[0]}')
    return found

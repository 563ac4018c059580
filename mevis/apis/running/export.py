"""A trained model as two ONNX graphs: the parts of tools/export.py."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.running.evaluation_job import sha256
from mevis.apis.running.export_selector import (
    SELECTOR_CONTENTS,
    about_selector,
    check_selector,
    write_selector_graphs,
)
from mevis.apis.running.onnx_graph import quiet, write_graph
from mevis.errors import UserError
from mevis.models.export.mutr_graphs import SentenceGraph, VideoGraph, exportable
from mevis.models.mutr.mutr import MUTR
from mevis.models.query_initializers import RandomQueryInitializer
from mevis.models.track_selector import TrackSelector
from mevis.structures.atomic_folder import atomic_folder, check_replaceable

ABOUT = 'export.json'
CONTENTS = (
    *(ABOUT, 'video.onnx', 'sentence.onnx', 'video.onnx.data', 'sentence.onnx.data'),
    *SELECTOR_CONTENTS,
)
_SMALLEST = 32


def export_model(
    config: str | Path,
    checkpoint: str | Path,
    out_dir: str | Path,
    size: tuple[int, int],
    cfg_options: Mapping[str, Any] | None = None,
) -> Path:
    """Writes ``video.onnx``, ``sentence.onnx`` and ``export.json``; of a selector, other names.

    Args:
        config: Config of a MUTR or a TrackSelector.
        checkpoint: Its weights.
        out_dir: The folder; one that this function wrote is replaced.
        size: (H, W) of the frames that the graphs of a MUTR take.
        cfg_options: Overrides of the config.

    Returns:
        The folder.

    Raises:
        UserError: If the model cannot be exported, or the libraries for it are missing.
    """
    check_libraries()
    check_replaceable(out_dir, ABOUT, CONTENTS)
    if min(size) < _SMALLEST:
        raise UserError(f'--size {size[0]}x{size[1]}: {_SMALLEST} pixels or more each.')
    model = RefVidSegInferencer(config, checkpoint, 'cpu', cfg_options).model
    check_exportable(model, config)
    about = {'model': type(model).__name__, 'checkpoint': sha256(checkpoint)}
    if isinstance(model, TrackSelector):
        about |= about_selector(model)
    else:
        about |= about_mutr(model, size)
    with atomic_folder(out_dir, ABOUT, CONTENTS) as folder:
        if isinstance(model, TrackSelector):
            write_selector_graphs(model, folder)
        else:
            write_graphs(model, size, folder)
        (folder / ABOUT).write_text(json.dumps(about, indent=1) + '\n', encoding='utf-8')
    return Path(out_dir)


def check_libraries() -> None:
    """Refuses to begin without the libraries of the extra ``export``.

    Raises:
        UserError: Names what is missing.
    """
    missing = [name for name in ('onnx', 'onnxscript') if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"{' and '.join(missing)}: not installed. Run: pip install 'mevis[export]'")


def check_exportable(model: Any, config: str | Path) -> None:
    """Refuses models of which no graph can be made.

    Raises:
        UserError: Names the part and why.
    """
    if isinstance(model, TrackSelector):
        check_selector(model, config)
        return
    if not isinstance(model, MUTR):
        raise UserError(
            f'{config}: {type(model).__name__} cannot be exported, only MUTR and TrackSelector can.'
        )
    if not isinstance(model.query_initializer, RandomQueryInitializer):
        raise UserError(
            f'{config}: model.query_initializer is {type(model.query_initializer).__name__}, whose'
            ' instance masks are no input of a graph. Only RandomQueryInitializer can be exported.'
        )
    if model.clip_query not in ('shared', 'own') or model.clip_order != 'interleaved':
        raise UserError(
            f'{config}: model.clip_query is {model.clip_query} and model.clip_order'
            f' {model.clip_order}. Graphs answer interleaved clips by a shared query or their own:'
            ' --cfg-options model.clip_query=shared model.clip_order=interleaved'
        )
    if not hasattr(model.text_encoder, 'encode_ids'):
        raise UserError(
            f'{config}: model.text_encoder is {type(model.text_encoder).__name__}, which has no'
            ' encode_ids(input_ids, attention_mask) for the graph of the sentence.'
        )


def about_mutr(model: MUTR, size: tuple[int, int]) -> dict[str, Any]:
    """What is to be known to run its graphs."""
    return {
        'size': list(size),
        'clip_length': model.clip_length,
        'times': model.time_encoding is not None,
        'mask_threshold': model.mask_threshold,
    }


def write_graphs(model: MUTR, size: tuple[int, int], folder: Path) -> None:
    """Writes ``video.onnx`` and ``sentence.onnx``.

    Args:
        model: In evaluation mode, on the CPU.
        size: (H, W) of the frames.
        folder: Where the files go.
    """
    with quiet():
        changed = exportable(model.requires_grad_(False), size)
    timed = changed.time_encoding is not None
    video, sentence = VideoGraph(changed, size).eval(), SentenceGraph(changed, size).eval()
    # Sizes of an example become constants where a graph sees no difference: so two clips, and more
    # frames than fit into one window.
    window = model.temporal_interaction.window_size
    frames = torch.zeros(2, window + 2, 3, *size, dtype=torch.uint8)
    times = (torch.arange(window + 2.0).expand(2, -1).contiguous(),) if timed else ()
    clip = {0: torch.export.Dim('clips'), 1: torch.export.Dim('frames', min=window + 1)}
    with torch.no_grad():
        features = video(frames, *times)
    names = ('times',) if timed else ()
    write_graph(
        video,
        (frames, *times),
        [clip] * (1 + timed),
        ('frames', *names),
        folder / 'video.onnx',
    )
    ids = torch.zeros(1, 4, dtype=torch.long)
    shapes = [{1: torch.export.Dim('tokens')}, *[clip] * 5, {0: clip[0]}, *[clip] * timed]
    write_graph(
        sentence,
        (ids, *features, *times),
        shapes,
        ('input_ids', *video.outputs, *names),
        folder / 'sentence.onnx',
    )

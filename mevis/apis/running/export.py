"""A trained MUTR as two ONNX graphs: the parts of tools/export.py."""

import contextlib
import importlib.util
import io
import json
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.running.evaluation_job import sha256
from mevis.errors import UserError
from mevis.models.export.mutr_graphs import SentenceGraph, VideoGraph, exportable
from mevis.models.mutr.mutr import MUTR
from mevis.models.query_initializers import RandomQueryInitializer
from mevis.structures.atomic_folder import atomic_folder, check_replaceable

ABOUT = 'export.json'
CONTENTS = (ABOUT, 'video.onnx', 'sentence.onnx', 'video.onnx.data', 'sentence.onnx.data')
_SMALLEST = 32


def export_model(
    config: str | Path,
    checkpoint: str | Path,
    out_dir: str | Path,
    size: tuple[int, int],
    cfg_options: Mapping[str, Any] | None = None,
) -> Path:
    """Writes ``video.onnx``, ``sentence.onnx`` and ``export.json``.

    Args:
        config: Config of a MUTR.
        checkpoint: Its weights.
        out_dir: The folder; one that this function wrote is replaced.
        size: (H, W) of the frames that the graphs take.
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
    about = {
        'checkpoint': sha256(checkpoint),
        'size': list(size),
        'clip_length': model.clip_length,
        'times': model.time_encoding is not None,
        'mask_threshold': model.mask_threshold,
    }
    with atomic_folder(out_dir, ABOUT, CONTENTS) as folder:
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
    if not isinstance(model, MUTR):
        raise UserError(f'{config}: {type(model).__name__} cannot be exported, only MUTR can.')
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


def write_graphs(model: MUTR, size: tuple[int, int], folder: Path) -> None:
    """Writes ``video.onnx`` and ``sentence.onnx``.

    Args:
        model: In evaluation mode, on the CPU.
        size: (H, W) of the frames.
        folder: Where the files go.
    """
    with _quiet():
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
    _write(
        video,
        (frames, *times),
        [clip] * (1 + timed),
        ('frames', *names),
        folder / 'video.onnx',
    )
    ids = torch.zeros(1, 4, dtype=torch.long)
    shapes = [{1: torch.export.Dim('tokens')}, *[clip] * 5, {0: clip[0]}, *[clip] * timed]
    _write(
        sentence,
        (ids, *features, *times),
        shapes,
        ('input_ids', *video.outputs, *names),
        folder / 'sentence.onnx',
    )


def _write(
    graph: VideoGraph | SentenceGraph,
    example: tuple[Tensor, ...],
    shapes: list[dict[int, Any]],
    inputs: tuple[str, ...],
    path: Path,
) -> None:
    with _quiet():
        program = torch.export.export(
            graph,
            example,
            dynamic_shapes=tuple(shapes),
            strict=False,
            # What cannot be proven of all sizes, such as of one frame, is no reason to refuse them.
            prefer_deferred_runtime_asserts_over_guards=True,
        )
        made = torch.onnx.export(
            program,
            dynamo=True,
            input_names=list(inputs),
            output_names=list(graph.outputs),
            optimize=False,  # minutes for nothing: runtimes optimise when they load a graph
        )
        made.save(str(path))


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporter reports steps and folds that were not possible."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter('ignore')
            yield
    finally:
        logging.disable(before)

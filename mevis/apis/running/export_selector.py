"""A trained track selector as two ONNX graphs."""

from pathlib import Path
from typing import Any

import torch

from mevis.apis.running.onnx_graph import write_graph
from mevis.errors import UserError
from mevis.models.export.selector_graphs import EXPORTABLE_LOOKS, ChoiceGraph, TracksGraph
from mevis.models.track_selector import TrackSelector

SELECTOR_CONTENTS = ('tracks.onnx', 'choice.onnx', 'tracks.onnx.data', 'choice.onnx.data')
_EXAMPLE = (3, 5, 2)
"""Tracks, frames and frames that are looked at: sizes of 1 would be taken for constants."""
_FRAME = (32, 48)


def check_selector(model: TrackSelector, config: str | Path) -> None:
    """Refuses a selector of which no graph can be made.

    Raises:
        UserError: Names the part and why.
    """
    if not isinstance(model.appearance, EXPORTABLE_LOOKS):
        known = ' and '.join(kind.__name__ for kind in EXPORTABLE_LOOKS)
        raise UserError(
            f'{config}: model.appearance is {type(model.appearance).__name__}, whose backbone is no'
            f' part of a graph. {known} can be exported.'
        )
    if not hasattr(model.text_encoder, 'encode_ids'):
        raise UserError(
            f'{config}: model.text_encoder is {type(model.text_encoder).__name__}, which has no'
            ' encode_ids(input_ids, attention_mask) for the graph of the sentence.'
        )


def about_selector(model: TrackSelector) -> dict[str, Any]:
    """What is to be known to run its graphs."""
    return {
        'num_looks': model.appearance.num_frames,
        'track_threshold': model.track_threshold,
        'presence_threshold': model.presence_threshold,
    }


def write_selector_graphs(model: TrackSelector, folder: Path) -> None:
    """Writes ``tracks.onnx`` and ``choice.onnx``.

    Args:
        model: In evaluation mode, on the CPU.
        folder: Where the files go.
    """
    model = model.requires_grad_(False)
    tracks, choice = TracksGraph(model).eval(), ChoiceGraph(model).eval()
    count, length, looks = _EXAMPLE
    height, width = _FRAME
    k, t = torch.export.Dim('tracks'), torch.export.Dim('frames')
    example = [torch.ones(count, length, 4), torch.ones(count, length)]
    example += [torch.linspace(0, 1, length), torch.tensor(_FRAME).float()]
    shapes: list[dict[int, Any]] = [{0: k, 1: t}, {0: k, 1: t}, {0: t}, {}]
    if model.appearance.num_frames:
        a = torch.export.Dim('looks')
        h, w = torch.export.Dim('height'), torch.export.Dim('width')
        example += [torch.zeros(looks, 3, height, width, dtype=torch.uint8)]
        example += [torch.ones(count, looks, height, width), torch.linspace(0, 1, looks)]
        shapes += [{0: a, 2: h, 3: w}, {0: k, 1: a, 2: h, 3: w}, {0: a}]
    with torch.no_grad():
        encoded = tracks(*example)
    write_graph(tracks, tuple(example), shapes, tracks.inputs, folder / 'tracks.onnx')
    steps = torch.export.Dim('steps')
    shapes = [{1: torch.export.Dim('tokens')}, {0: k, 1: steps}, {0: k, 1: steps}, {0: k}]
    ids = torch.zeros(1, 4, dtype=torch.long)
    write_graph(
        choice,
        (ids, *encoded),
        shapes[: 1 + len(encoded)],
        ('input_ids', *tracks.outputs),
        folder / 'choice.onnx',
    )

"""Modules of PyTorch as ONNX files."""

import contextlib
import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def write_graph(
    graph: nn.Module,
    example: tuple[Tensor, ...],
    shapes: Sequence[Mapping[int, Any]],
    inputs: Sequence[str],
    path: Path,
) -> None:
    """Writes one ONNX graph.

    Args:
        graph: A module with the names of its results in ``outputs``.
        example: What it is called with.
        shapes: Of each input, the dimensions that are free.
        inputs: Names of the inputs.
        path: The file.
    """
    with quiet():
        program = torch.export.export(
            graph,
            example,
            dynamic_shapes=tuple(map(dict, shapes)),
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
def quiet() -> Any:
    """The exporter reports steps and folds that were not possible."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter('ignore')
            yield
    finally:
        logging.disable(before)

"""Comparison with recorded tensors of official implementations."""

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from mevis.boundary import json_file
from mevis.errors import UserError


def parity_root() -> Path | None:
    """The folder of recorded tensors beside the repository, or None where there is none."""
    default = Path(__file__).resolve().parents[4] / 'shared' / 'parity'
    root = Path(os.environ.get('MEVIS_PARITY_ROOT', default))
    return root if root.is_dir() else None


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a recording.

    Raises:
        UserError: If the file is damaged.
    """
    try:
        return load_file(path)
    except SafetensorError as error:
        raise UserError(
            f'{path}: not a complete safetensors file ({error}). Copy it again.'
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """What a recording says about itself.

    Raises:
        UserError: If the file is absent or damaged.
    """
    missing = 'A recording is a .safetensors and a .json.'
    return json_file.read_json(path, dict[str, Any], 'Copy it again.', missing)


def ruled_tensor(name: str, shape: tuple[int, ...]) -> Tensor:
    """The value that the weight rule of the MUTR recordings gives to an entry.

    Args:
        name: Its official name.
        shape: Its shape.

    Returns:
        float32.
    """
    state = np.random.RandomState(zlib.crc32(name.encode()))  # noqa: NPY002 part of the rule
    x = torch.from_numpy(state.standard_normal(shape).astype(np.float32))
    last = name.rsplit('.', 1)[-1]
    if last == 'running_var':
        return 1 + 0.1 * x.abs()
    if last == 'running_mean':
        return 0.1 * x
    if name.endswith(_UNSCALED):
        return x
    if len(shape) >= 2:
        return x / np.sqrt(np.prod(shape[1:]))
    if last == 'weight':
        return 1 + 0.1 * x
    return 0.1 * x


_UNSCALED = (
    'sampling_offsets.bias',
    'query_embed.weight',
    'query_feat.weight',
    'fq_pos.weight',
    'level_embed',
)


@dataclass
class Comparison:
    """What a case's tensors differ by.

    Attributes:
        name: Of the case.
        rows: (tensor, difference, tolerance) in the order of comparison.
    """

    name: str
    rows: list[tuple[str, float, float]] = field(default_factory=list)

    def close(self, name: str, got: Tensor, wanted: Tensor, tolerance: float) -> None:
        """Compares relative to the largest wanted value."""
        if tuple(got.shape) != tuple(wanted.shape):
            shapes = f'{name} {tuple(got.shape)} for {tuple(wanted.shape)}'
            self.rows.append((shapes, float('inf'), tolerance))
            return
        scale = float(wanted.abs().max()) or 1.0
        worst = float((got.detach().double() - wanted.double()).abs().max()) / scale
        self.rows.append((name, worst if np.isfinite(worst) else float('inf'), tolerance))

    def number(
        self, name: str, got: float, wanted: float, tolerance: float, floor: float = 0.0
    ) -> None:
        """Compares relative to the wanted value, or to ``floor`` where that is larger."""
        scale = max(abs(wanted), floor) or 1.0
        worst = abs(got - wanted) / scale
        self.rows.append((name, worst if np.isfinite(worst) else float('inf'), tolerance))

    def equal(self, name: str, got: object, wanted: object) -> None:
        """Compares exactly."""
        self.rows.append((name, 0.0 if got == wanted else float('inf'), 0.0))

    def share(self, name: str, got: Tensor, wanted: Tensor, tolerance: float) -> None:
        """Compares bits: the share that differs."""
        differing = float((got.bool() != wanted.bool()).float().mean())
        self.rows.append((name, differing, tolerance))

    @property
    def worst(self) -> tuple[str, float, float]:
        """The row that comes closest to, or furthest beyond, its tolerance."""
        return max(self.rows, key=lambda row: row[1] / row[2] if row[2] else row[1])

    @property
    def holds(self) -> bool:
        """Whether every row is within its tolerance, and there is one."""
        return bool(self.rows) and all(diff <= limit for _, diff, limit in self.rows)


def fill_by_rule(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """A state dict by the weight rule; shared tensors take the value of their first name."""
    shared: dict[str, Tensor] = {}
    filled = {}
    for name, shape in shapes.items():
        identity = name.removeprefix('transformer.decoder.')
        if identity.startswith('bbox_embed.'):
            shared.setdefault(identity, ruled_tensor(name, tuple(shape)))
            filled[name] = shared[identity]
        else:
            filled[name] = ruled_tensor(name, tuple(shape))
    return filled

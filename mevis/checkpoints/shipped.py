"""The weights that come with the repository are those that were trained, to the last bit."""

import hashlib
from pathlib import Path

import numpy as np

from mevis.boundary.shipped import shipped_root
from mevis.errors import UserError

FOLDER = shipped_root() / 'weights'
SUMS = 'SHA256SUMS'
"""File beside the weights, as ``sha256sum`` writes and checks it."""
_FLIPPED = 0.01


def check_shipped(path: Path) -> None:
    """Refuses shipped weights of which something has changed, and copies of them.

    Safetensors has no sums of its own, so that a changed bit is another weight.  Weights that were
    trained differ from the shipped ones in nearly every byte; a copy in which few bytes differ is
    a damaged one.

    Raises:
        UserError: If the sum is another.
    """
    if path.resolve().parent == FOLDER:
        expected = shipped_sums().get(path.name)
        if expected is not None and _sum(path) != expected:
            raise UserError(
                f'{path}: not the shipped weights: its SHA-256 is not the one of {SUMS}. Fetch it'
                f' again (git checkout -- weights/{path.name}), or give weights of your own another'
                ' name.'
            )
        return
    for name in shipped_sums():
        original = FOLDER / name
        if original.is_file() and original.stat().st_size == path.stat().st_size:
            differs = np.fromfile(original, np.uint8) != np.fromfile(path, np.uint8)
            if 0 < differs.mean() < _FLIPPED:
                raise UserError(
                    f'{path}: a damaged copy of weights/{name}: {int(differs.sum())} of its bytes'
                    ' differ. Copy it again.'
                )


def shipped_sums() -> dict[str, str]:
    """File of ``weights/`` -> SHA-256; empty where the package is installed without them."""
    listed = FOLDER / SUMS
    if not listed.is_file():
        return {}
    lines = (line.split() for line in listed.read_text('ascii').splitlines())
    return {name.lstrip('*'): value for value, name in lines}


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()

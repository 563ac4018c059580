"""Fixtures and settings of the whole suite."""

import os
from pathlib import Path

import pytest

# Tools that a test starts raise a defect of the program, where users read one line of it.
os.environ['MEVIS_RAISE_DEFECTS'] = '1'
# One thread, set before torch is first imported: workers of pytest-xdist share the cores, and with
# several oneDNN writes beyond its memory in the small models (docs/extend/backbone.md).
os.environ.setdefault('OMP_NUM_THREADS', '1')

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope='session')
def repo_root() -> Path:
    """Root of the checkout."""
    return ROOT


@pytest.fixture(scope='session')
def parity_folder() -> Path:
    """Tensors recorded from the official code; skips where they are not there."""
    folder = ROOT.parent / 'shared' / 'parity'
    if not folder.is_dir():
        pytest.skip(
            'no recorded tensors of the official code (../shared/parity) beside this checkout'
        )
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs a GPU where there is none."""
    marked = [item for item in items if item.get_closest_marker('gpu')]
    if not marked:
        return
    import torch

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason='needs a GPU'))

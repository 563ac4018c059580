from types import SimpleNamespace

import pytest
import torch

from mevis.structures import Trajectories
from mevis.structures.trajectories import times_of
from mevis.testing.small_selector import build_small_selector


def walk(start, way, frames=12, seen=None, size=(120, 160), side=20.0):
    """One track, (1, T): a box that goes ``way`` pixels in a straight line."""
    share = torch.linspace(0, 1, frames)[:, None]
    centres = torch.tensor(start, dtype=torch.float32) + share * torch.tensor(way)
    boxes = torch.cat((centres - side / 2, centres + side / 2), 1)[None]
    visible = torch.ones(1, frames, dtype=torch.bool)
    if seen is not None:
        visible[:] = False
        visible[0, list(seen)] = True
    areas = visible * side**2
    return Trajectories(
        boxes * visible[..., None], areas.float(), visible, times_of(range(frames), frames), size
    )


def together(*tracks):
    """Several tracks of one video."""
    parts = [
        torch.cat([getattr(one, name) for one in tracks]) for name in ('boxes', 'areas', 'visible')
    ]
    first = tracks[0]
    return Trajectories(*parts, first.times, first.size, tuple(range(len(tracks))))


@pytest.fixture
def build():
    return SimpleNamespace(walk=walk, together=together, selector=build_small_selector)

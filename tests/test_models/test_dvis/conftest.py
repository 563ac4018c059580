"""A DVIS small enough for a test, and a video for it."""

from collections.abc import Callable

import pytest
import torch
from torch import nn


@pytest.fixture(scope='session')
def make_dvis() -> Callable[..., nn.Module]:
    """Builds a small model of a stage, the same one each time, in evaluation mode."""
    import mevis.models  # noqa: F401
    from mevis.testing.small_dvis import build_small_dvis

    return build_small_dvis


@pytest.fixture(scope='session')
def video() -> torch.Tensor:
    """(7, 3, 50, 70) uint8: smooth, different in each frame, no multiple of 32."""
    from mevis.testing.small_dvis import smooth_video

    return smooth_video()

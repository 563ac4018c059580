"""Small networks with random weights, and small videos."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mevis.structures import VideoFrames
from mevis.testing.small_dvis import smooth_video
from mevis.testing.small_sam3 import write_small_sam3
from mevis.testing.small_videomt import write_small_videomt


@pytest.fixture
def make_video() -> Callable[[int], VideoFrames]:
    """Videos of T smooth frames (50, 70); ``positions`` says what was read."""

    def make(num_frames: int) -> VideoFrames:
        frames = smooth_video(num_frames, 50, 70).permute(0, 2, 3, 1).numpy()
        positions: list[int] = []

        def read(wanted: Any) -> np.ndarray:
            positions.extend(wanted)
            return frames[list(wanted)]

        read.positions = positions  # type: ignore[attr-defined]
        return VideoFrames('bird', [f'{t:05d}' for t in range(num_frames)], (50, 70), read)

    return make


@pytest.fixture(scope='session')
def videomt_folder(tmp_path_factory) -> str:
    return write_small_videomt(tmp_path_factory.mktemp('videomt'))


@pytest.fixture(scope='session')
def sam3_folder(tmp_path_factory) -> str:
    return write_small_sam3(tmp_path_factory.mktemp('sam3'))

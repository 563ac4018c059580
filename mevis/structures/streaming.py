"""Frames that come one after another, and what is answered about each."""

from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from mevis.structures.mask_rle import Rle


@dataclass(frozen=True)
class StreamFrame:
    """A frame of a video whose end nobody knows yet.

    Attributes:
        index: Its place in the video, from 0; rising.
        size: (H, W) of the original.
        inputs: (3, h, w) uint8, as the model's test pipeline resizes it.
        image: (H, W, 3) uint8 RGB, the original; None for a model that asks ``inputs`` alone.
    """

    index: int
    size: tuple[int, int]
    inputs: Tensor = field(repr=False)
    image: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class FrameAnswer:
    """What is said about one frame to each of the sentences asked so far.

    Attributes:
        index: The frame.
        rles: Masks at the original size; None where a sentence came too late for the frame.
        scores: Confidence in each mask, in [0, 1].
        presences: Probability that a sentence means anything in what was seen, in [0, 1].
    """

    index: int
    rles: list[Rle | None]
    scores: list[float]
    presences: list[float]

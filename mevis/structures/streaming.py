"""Frames that come one after another, and what is answered about each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

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


class Ranked(Protocol):
    """Which of the tracks of a stream are instances, the surest first.

    Attributes:
        scores: In [0, 1], falling.
        labels: Category indices.
        queries: The numbers of the tracks.
    """

    scores: Sequence[float]
    labels: Sequence[int]
    queries: Sequence[int]


class TrackStream(Protocol):
    """The tracks of a video that still goes on, as a source of tracks opens it."""

    def push(self, frame: StreamFrame) -> Sequence[Rle | None]:
        """Takes the next frame; gives the masks of all Q tracks in it, always as many."""

    def ranking(self) -> Ranked:
        """The tracks that are instances, by what was seen so far."""

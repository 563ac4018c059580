"""A model that a source of tracks loads when it is first asked, and keeps to itself."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from mevis.structures import VideoFrames, encode_rle
from mevis.structures.mask_rle import Rle
from mevis.track_sources.base import TrackSource


class LazyModelSource(TrackSource):
    """Base of the sources whose tracks come from a network with weights of its own.

    The network is frozen and is none of the submodules: its weights are in no checkpoint of the
    model that asks for tracks, and no optimizer sees them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer('_place', torch.empty(0), persistent=False)
        # In a list, or ``nn.Module`` would make it a submodule.
        self._loaded: list[Any] = []

    @abstractmethod
    def load(self) -> Any:
        """Builds the network with its weights, and whatever goes with it.

        Raises:
            UserError: If the weights are missing or of another model.
        """

    @property
    def device(self) -> torch.device:
        """Where the source was moved to."""
        return self._place.device

    def loaded(self) -> Any:
        """What :meth:`load` gave, loaded once."""
        if not self._loaded:
            self._loaded.append(self.load())
        return self._loaded[0]

    def frozen(self, model: nn.Module) -> nn.Module:
        """The model as it is used: evaluating, without gradients, on the device."""
        return model.eval().requires_grad_(False).to(self.device)


def chunks_of(video: VideoFrames, chunk_size: int) -> Iterator[np.ndarray]:
    """Reads a video a few frames at a time: (t, H, W, 3) uint8 RGB each."""
    for start in range(0, len(video), chunk_size):
        yield video.read(range(start, min(start + chunk_size, len(video))))


def encode_present(masks: np.ndarray) -> list[Rle | None]:
    """The frames (T, H, W) bool of a track as RLEs; None where the mask is empty."""
    rles: list[Rle | None] = list(encode_rle(masks))
    for frame in np.flatnonzero(~masks.any((1, 2))):
        rles[frame] = None
    return rles

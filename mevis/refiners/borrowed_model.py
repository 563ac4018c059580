"""A pretrained model that a refiner uses and does not own."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from mevis.refiners.base import MaskRefiner


class BorrowedModel:
    """A model that is built when it is first used, and follows a device.

    It is no submodule on purpose: its weights belong to a file of somebody else, so they are
    neither trained nor saved in checkpoints nor looked for in them.  Copies and pickles of it hold
    the recipe only.

    Args:
        build: Makes the model on the CPU, in evaluation mode, with its weights.
    """

    def __init__(self, build: Callable[[], nn.Module]) -> None:
        self._build = build
        self._model: nn.Module | None = None

    def on(self, device: torch.device) -> Any:
        """The model on a device."""
        if self._model is None:
            self._model = self._build().requires_grad_(False).eval()
        return self._model.to(device)

    def __getstate__(self) -> dict[str, Any]:
        return {'_build': self._build, '_model': None}


class PretrainedRefiner(MaskRefiner):
    """A refiner whose model is borrowed; it knows on which device the segmentor is."""

    def __init__(self) -> None:
        super().__init__()
        # Moves with the segmentor, of which the refiner is a part; in no state dict.
        self.register_buffer('_place', torch.empty(0), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where the segmentor is."""
        return self._place.device

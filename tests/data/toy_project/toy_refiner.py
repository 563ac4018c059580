"""A refiner that looks at frames and can die half way."""

import os
import signal

import torch

from mevis.refiners import MaskRefiner
from mevis.registry import REFINERS


@REFINERS.register_module()
class ToyRefiner(MaskRefiner):
    """Turns the bright pixels of each mask; dies at the video that the environment names."""

    chunk_size = 2

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold

    def refine_chunk(self, images, masks, context):
        if context.video == os.environ.get('TOY_REFINER_DIES_AT'):
            os.kill(os.getpid(), signal.SIGKILL)
        return masks ^ torch.from_numpy(images[..., 0] > 255 * self.threshold)

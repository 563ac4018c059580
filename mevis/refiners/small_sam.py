"""Masks refined by the small SAM, which is trained here."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mevis.refiners.borrowed_model import BorrowedModel, PretrainedRefiner
from mevis.refiners.configured_model import load_named, named_files
from mevis.registry import REFINERS
from mevis.structures import RefineContext
from mevis.structures.point_prompts import prompt_generator

CONFIG = 'mevis::small_sam_moving_shapes.py'
WEIGHTS = 'mevis::weights/small_sam_moving_shapes.safetensors'


@REFINERS.register_module()
class SmallSAMRefiner(PretrainedRefiner):
    """Prompts a :class:`SmallSAM` by points, box and the mask itself, frame by frame.

    The shipped weights have learnt painted shapes and know nothing of real images.  A frame is
    encoded once for all expressions.  Empty masks stay empty.

    Args:
        config: A config file of a ``SmallSAM``.
        checkpoint: Its weights.
        seed: Another number draws other points.
    """

    chunk_size = 1

    def __init__(self, config: str = CONFIG, checkpoint: str = WEIGHTS, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.checkpoint = checkpoint
        self.seed = seed
        self.sam = BorrowedModel(partial(load_small_sam, config, checkpoint))

    def weight_files(self) -> list[Path]:
        """Config and weights."""
        return named_files(self.config, self.checkpoint, 'SmallSAM')

    @torch.no_grad()
    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Refines (E, t, H, W) bool masks of t frames."""
        refined = masks.clone()
        for index, (image, name) in enumerate(zip(images, context.frame_names, strict=True)):
            visible = masks[:, index].flatten(1).any(1).nonzero()[:, 0].tolist()
            if not visible:
                continue
            sam: Any = self.sam.on(self.device)
            frame = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
            generators = [
                prompt_generator(context.video, context.exp_ids[row], name, self.seed)
                for row in visible
            ]
            mended = sam.mend(
                sam.encode(frame[None].to(self.device)),
                masks[visible, index].cpu().numpy(),
                generators,
            )
            refined[visible, index] = mended.to(refined.device)
        return refined


def load_small_sam(config: str, checkpoint: str) -> nn.Module:
    """Builds the model of a config with its weights.

    Raises:
        UserError: If a file is missing, or of another model.
    """
    return load_named(config, checkpoint, 'SmallSAM', 'mend', 'refines no masks')[0]

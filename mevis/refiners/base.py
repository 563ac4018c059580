"""The contract of mask refiners."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mevis.structures import FrameReader, RefineContext, decode_rle, encode_rle
from mevis.structures.mask_rle import Rle


class MaskRefiner(nn.Module, metaclass=ABCMeta):
    """Improves the masks of all expressions of a video; knows nothing of the model that made them.

    A refiner of single frames writes ``refine_chunk``; one that needs the whole video at once
    overrides ``forward``.
    """

    chunk_size: int = 8
    """Frames that ``refine_chunk`` is given at a time."""

    def forward(
        self, frames: FrameReader, rles: Sequence[Sequence[Rle]], context: RefineContext
    ) -> list[list[Rle]]:
        """Refines the masks of a video.

        Args:
            frames: Reads original frames: n positions in 0..T-1 -> (n, H, W, 3) uint8 RGB.
            rles: E expressions with one COCO RLE for each of T frames.
            context: Whose masks they are.

        Returns:
            As ``rles``.
        """
        refined: list[list[Rle]] = [[] for _ in rles]
        for start in range(0, len(context.frame_names) if rles else 0, self.chunk_size):
            part = slice(start, start + self.chunk_size)
            chunk = context.at(part)
            positions = list(range(start, start + len(chunk.frame_names)))
            masks = [
                decode_rle(track[part], context.size, f'{context.video}/{exp_id}')
                for track, exp_id in zip(rles, context.exp_ids, strict=True)
            ]
            better = self.refine_chunk(frames(positions), torch.from_numpy(np.stack(masks)), chunk)
            for track, mask in zip(refined, better.cpu().numpy(), strict=True):
                track += encode_rle(mask)
        return refined

    def weight_files(self) -> list[Path]:
        """Files beside the segmentor's checkpoint on which the masks depend.

        Raises:
            UserError: If one is missing; asked before a test begins.
        """
        return []

    @abstractmethod
    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Refines the masks of a few frames.  What comes out must not depend on where chunks end.

        Args:
            images: (t, H, W, 3) uint8 RGB, original frames.
            masks: (E, t, H, W) bool, one for each of E expressions; not to be changed in place.
            context: Whose masks they are; its frames are those of the chunk.

        Returns:
            (E, t, H, W) bool.
        """

"""From packed samples to the tensors a model takes.

Shapes: B clips, T frames, (h, w) frames as they come, (H, W) padded frames.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mevis.errors import UserError
from mevis.registry import MODELS


@MODELS.register_module()
class RefVidSegDataPreprocessor(BaseDataPreprocessor):
    """Normalises, pads and stacks clips; leaves videos as they are.

    A video stays uint8 until the model asks for a chunk of it, since 200 frames as float32 take
    four times the memory.

    Args:
        mean: Per channel (RGB), in 0..255.
        std: Likewise.
        pad_size_divisor: Clips are padded to a multiple of it; 1 in testing, as in the official
            inference, where a video comes alone.
    """

    def __init__(
        self,
        mean: Sequence[float] = (123.675, 116.28, 103.53),
        std: Sequence[float] = (58.395, 57.12, 57.375),
        pad_size_divisor: int = 32,
    ) -> None:
        super().__init__()
        self.pad_size_divisor = pad_size_divisor
        self.register_buffer('mean', torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer('std', torch.tensor(std).view(3, 1, 1), persistent=False)

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Prepares a batch.

        Args:
            data: ``inputs``, B tensors (T, 3, h, w) uint8, and ``data_samples``, B samples.
            training: Whether clips are to be stacked.

        Returns:
            In training ``inputs`` (B, T, 3, H, W) normalised and ``padding_mask``
            (B, T, H, W) bool; in testing ``inputs`` as they came, on the device; and
            ``data_samples``.

        Raises:
            ValueError: If the clips of a batch have different numbers of frames.
            UserError: If the items of the dataset are not packed.
        """
        missing = {'inputs', 'data_samples'} - data.keys()
        if missing:
            raise UserError(
                f'the pipeline of the dataset gives no {" and no ".join(sorted(missing))}. Its'
                ' last transform must be PackRefVidSegInputs, or another that packs.'
            )
        inputs = self.cast_data(list(data['inputs']))
        samples = self.cast_data(list(data['data_samples']))
        if not training:
            return dict(inputs=inputs, data_samples=samples)
        clips, masks = self.stack(inputs)
        return dict(inputs=clips, data_samples=samples, padding_mask=masks)

    def normalize(self, frames: Tensor) -> Tensor:
        """Normalises frames (..., 3, h, w) uint8 to float."""
        return (frames.to(self.mean.dtype) - self.mean) / self.std

    def stack(self, clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Normalises, then pads right and bottom with zeros.

        Args:
            clips: B tensors (T, 3, h, w) uint8.

        Returns:
            (B, T, 3, H, W) float and (B, T, H, W) bool, True = padding.

        Raises:
            ValueError: If the clips have different numbers of frames.
        """
        lengths = sorted({len(clip) for clip in clips})
        if len(lengths) > 1:
            raise ValueError(
                f'clips of {lengths} frames in one batch: the frame sampler must give one number.'
            )
        height, width = (
            -(-max(clip.shape[side] for clip in clips) // self.pad_size_divisor)
            * self.pad_size_divisor
            for side in (-2, -1)
        )
        padded, masks = [], []
        for clip in clips:
            extra = (0, width - clip.shape[-1], 0, height - clip.shape[-2])
            padded.append(F.pad(self.normalize(clip), extra))
            inside = torch.zeros(
                len(clip), *clip.shape[-2:], dtype=torch.bool, device=padded[-1].device
            )
            masks.append(F.pad(inside, extra, value=True))
        return torch.stack(padded), torch.stack(masks)

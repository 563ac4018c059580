"""The backbone's calls: a few frames at a time, or whole clips."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone


def frame_levels(
    backbone: nn.Module,
    clips: Tensor,
    normalize: Callable[[Tensor], Tensor],
    chunk_size: int | None = None,
) -> list[Tensor]:
    """Runs a backbone of images or of clips.

    Args:
        backbone: The backbone.
        clips: (B, T, 3, h, w), normalised, or uint8 and then normalised chunk by chunk.
        normalize: (..., 3, h, w) uint8 -> float, as the preprocessor does it.
        chunk_size: Images that go through a backbone of images at a time; all if None.

    Returns:
        Four levels, each (B, T, C, h, w).
    """

    def ready(frames: Tensor) -> Tensor:
        return normalize(frames) if frames.dtype == torch.uint8 else frames

    if isinstance(backbone, ClipBackbone):
        levels = backbone(ready(clips))
    else:
        images = clips.flatten(0, 1)
        chunks = [backbone(ready(part)) for part in images.split(chunk_size or len(images))]
        levels = [torch.cat(parts) for parts in zip(*chunks, strict=True)]
    return [level.unflatten(0, clips.shape[:2]) for level in levels]

"""The backbone's calls: a few frames at a time, or whole clips."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

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
    chunks = level_chunks(backbone, clips, normalize, chunk_size)
    return join_levels(chunks, clips.shape[:2])


def level_chunks(
    backbone: nn.Module,
    clips: Tensor,
    normalize: Callable[[Tensor], Tensor],
    chunk_size: int | None = None,
) -> Iterator[list[Tensor]]:
    """The same, as it comes: levels (n, C, h, w) of n of the B*T frames, in their order."""

    def ready(frames: Tensor) -> Tensor:
        return normalize(frames) if frames.dtype == torch.uint8 else frames

    if isinstance(backbone, ClipBackbone):
        yield list(backbone(ready(clips)))
        return
    images = clips.flatten(0, 1)
    for part in images.split(chunk_size or len(images)):
        frames = ready(part)
        if frames.device.type == 'cpu':
            # What a convolution works on there; other formats are copied before and after each.
            frames = frames.contiguous(memory_format=torch.channels_last)
        yield list(backbone(frames))


def join_levels(chunks: Iterator[Sequence[Tensor]], size: Sequence[int]) -> list[Tensor]:
    """Joins what chunks of frames gave.

    Each tensor is written in place as it comes, in the memory format of the first: never are the
    parts and the whole held at once.

    Args:
        chunks: Tensors (n, ...), in the order of the frames.
        size: (B, T).

    Returns:
        Tensors (B, T, ...).
    """
    total = size[0] * size[1]
    first = next(chunks)
    if len(first[0]) == total:
        return [part.unflatten(0, size) for part in first]
    joined = [_like(part, total) for part in first]
    start = 0
    for parts in chain([first], chunks):
        for whole, part in zip(joined, parts, strict=True):
            whole[start : start + len(part)] = part
        start += len(parts[0])
    return [whole.unflatten(0, size) for whole in joined]


def _like(part: Tensor, count: int) -> Tensor:
    last = part.dim() == 4 and part.is_contiguous(memory_format=torch.channels_last)
    return torch.empty(
        (count, *part.shape[1:]),
        dtype=part.dtype,
        device=part.device,
        memory_format=torch.channels_last if last else torch.contiguous_format,
    )

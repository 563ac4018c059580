"""Work that is per frame, done a few frames at a time."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

# Two frames of 360x640: what one takes at stride 4, 14 MiB, is then still in the cache when it is
# read again.  Eight at a time, 20 frames took a tenth longer, and 0.7 GiB more.
_CPU_PIXELS = 1 << 19


def frames_at_once(chunk_size: int | None, clips: Tensor, stride: int = 1) -> int | None:
    """Frames of each clip in a chunk: on a CPU fewer than asked for where they are large.

    Args:
        chunk_size: Frames asked for, of all clips together; None for all, which stays.
        clips: (B, T, ..., h, w).
        stride: Pixels of the video per cell of the clips.

    Returns:
        At least 1, or None.
    """
    if chunk_size is None:
        return None
    pixels = math.prod(clips.shape[-2:]) * stride**2
    if clips.device.type == 'cpu':
        chunk_size = min(chunk_size, _CPU_PIXELS // max(1, pixels))
    return max(1, chunk_size // max(1, len(clips)))


def over_frames(
    function: Callable[..., Tensor], chunk_size: int | None, *inputs: Tensor | None
) -> Tensor:
    """Applies ``function`` to chunks of frames and joins the results.

    The result is that of one call; only the memory differs.

    Args:
        function: Takes tensors (B, t, ...), gives one (B, t, ...), each frame by itself.
        chunk_size: Frames a chunk; None for all at once.
        *inputs: Tensors (B, T, ...) or None, which is handed through.

    Returns:
        (B, T, ...).
    """
    num_frames = next(tensor.shape[1] for tensor in inputs if tensor is not None)
    if chunk_size is None or num_frames <= chunk_size:
        return function(*inputs)
    chunks = [
        function(*(None if x is None else x[:, start : start + chunk_size] for x in inputs))
        for start in range(0, num_frames, chunk_size)
    ]
    return torch.cat(chunks, dim=1)


def frames_in_chunks(
    function: Callable[[slice], Tensor], num_frames: int, chunk_size: int | None
) -> Tensor:
    """Results (B, t, ...) of chunks of frames, written into one tensor as they come.

    Args:
        function: Takes the slice of frames of a chunk.
        num_frames: Frames T.
        chunk_size: Frames a chunk; None for all at once.

    Returns:
        (B, T, ...).
    """
    if chunk_size is None or num_frames <= chunk_size:
        return function(slice(0, num_frames))
    result = None
    for start in range(0, num_frames, chunk_size):
        part = function(slice(start, start + chunk_size))
        if result is None:
            result = part.new_empty(part.shape[0], num_frames, *part.shape[2:])
        result[:, start : start + chunk_size] = part
    return result

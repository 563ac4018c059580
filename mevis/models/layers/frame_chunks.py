"""Work that is per frame, done a few frames at a time."""

from collections.abc import Callable

import torch
from torch import Tensor


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

"""Through the pixel decoder: first what meets other frames, then the rest a few frames at a time.

Shapes: B clips, T frames, C channels, (h, w) cells at stride 4.
"""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor
from torch.utils.checkpoint import checkpoint

from mevis.models.mutr.answer import ClipFeatures, Grounding
from mevis.models.mutr.pixel_decoder import CrossModalPixelDecoder


def fine_levels(
    decoder: CrossModalPixelDecoder,
    encode_position: Callable[[Tensor], Tensor],
    video: ClipFeatures,
    grounding: Grounding,
    chunk_size: int | None = None,
    recompute: bool = False,
) -> Iterator[Tensor]:
    """What mask features are made of.

    Of all frames at once only reduced maps are held; the levels themselves exist for a chunk.

    Args:
        decoder: The pixel decoder.
        encode_position: Padding (B, T, h, w) -> code (B, T or 1, C, h, w).
        video: What no expression changes.
        grounding: What the expression found.
        chunk_size: Frames at a time; None for all.
        recompute: Whether what is inside is computed again for the gradients instead of kept.

    Yields:
        (B, t, C, h, w), frames in their order.
    """

    def worked(function: Callable[..., Tensor], *inputs: Any) -> Tensor:
        return (
            checkpoint(function, *inputs, use_reentrant=False) if recompute else function(*inputs)
        )

    batch, frames = video.finest.shape[:2]
    fine, *positions = map(encode_position, (video.finest_mask, *video.masks[:3]))
    memory = [level.unflatten(0, (batch, frames)) for level in grounding.encoded.levels()[:3]]
    codes = video.time_codes and video.time_codes.pixel_decoder
    attended = decoder.look_at_memory(memory, positions, video.masks[:3], chunk_size, codes)
    size = chunk_size or frames
    for start in range(0, frames, size):
        part = slice(start, start + size)
        places = [x if x.shape[1] == 1 else x[:, part] for x in (fine, *positions)]
        coarser = worked(
            decoder.top_down,
            [level[:, part] for level in memory],
            places[1:],
            [level[:, part] for level in attended],
            grounding.words,
        )
        tokens = video.finest[:, part]
        yield worked(decoder.finish, tokens, places[0], coarser, grounding.words)

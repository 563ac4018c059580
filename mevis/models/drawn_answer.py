"""Masks of a video at its own size, from coarse logits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class DrawnAnswer:
    """An answer of a model that draws mask logits on a coarse grid.

    Attributes:
        score: Confidence in the masks, in [0, 1].
        presence: Probability that the expression means anything in this video, in [0, 1].
        logits: Gives the mask logits of the T frames, (T, h, w), when masks are asked for.
        size: (H, W) of the masks.
        threshold: A pixel belongs to the object above this probability.
        chunk_size: Frames that are enlarged at a time.
        candidates: All answers that this one was chosen from, where the model keeps them.
    """

    score: float
    presence: float
    logits: Callable[[], Tensor] = field(repr=False)
    size: tuple[int, int]
    threshold: float = 0.5
    chunk_size: int = 8
    candidates: Sequence['DrawnAnswer'] = ()

    def masks(self) -> Iterator[Tensor]:
        """Masks of the T frames in their order, chunk by chunk: (t, H, W) bool each.

        Raises:
            FloatingPointError: If the logits are not finite, which would be empty masks.
        """
        for chunk in self.logits().split(self.chunk_size):
            if not chunk.isfinite().all():
                raise FloatingPointError('mask logits')
            drawn = F.interpolate(
                chunk[:, None].float(), size=self.size, mode='bilinear', align_corners=False
            )
            yield drawn[:, 0].sigmoid() > self.threshold

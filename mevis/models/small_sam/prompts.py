"""Prompts of several masks as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mevis.structures.point_prompts import PointPrompts, sample_prompts

NO_POINT = -10
"""Label that the library's prompt encoder ignores, for masks with fewer points than others."""


@dataclass(frozen=True)
class PromptBatch:
    """Prompts of n masks, in the pixels of the square that the encoder sees.

    Attributes:
        points: (n, P, 2) float, pixels (x, y).
        labels: (n, P) int32: 1 inside, 0 outside, :data:`NO_POINT`.
        boxes: (n, 4) float, (x1, y1, x2, y2).
        masks: (n, 1, S, S) float logits.
    """

    points: Tensor
    labels: Tensor
    boxes: Tensor
    masks: Tensor

    def to(self, device: torch.device) -> 'PromptBatch':
        """The same on another device."""
        parts = {name: value.to(device) for name, value in vars(self).items()}
        return replace(self, **parts)


def prompt_batch(
    masks: np.ndarray,
    generators: Sequence[np.random.Generator],
    image_size: int,
    num_inside: int,
    num_outside: int,
    mask_logit: float,
) -> PromptBatch:
    """Draws the prompts of n masks, none of them empty.

    Args:
        masks: (n, H, W) bool.
        generators: n generators, one for each mask.
        image_size: Side S of the square to which frames are squeezed.
        num_inside: Points drawn inside of a mask.
        num_outside: Points drawn outside of it, within its box.
        mask_logit: Logit of a pixel of the mask; those outside have the negative.
    """
    drawn = [
        sample_prompts(mask, num_inside, num_outside, rng)
        for mask, rng in zip(masks, generators, strict=True)
    ]
    return PromptBatch(
        *_points(drawn, num_inside + num_outside, masks.shape[1:], image_size),
        _boxes(drawn, masks.shape[1:], image_size),
        (squeezed(torch.from_numpy(masks), image_size) * 2 - 1) * mask_logit,
    )


def squeezed(masks: Tensor, image_size: int) -> Tensor:
    """Masks (n, H, W) bool as shares (n, 1, S, S) of the square's pixels, in [0, 1]."""
    return torch.nn.functional.interpolate(
        masks[:, None].float(), (image_size, image_size), mode='bilinear', antialias=True
    )


def _points(
    drawn: Sequence[PointPrompts | None], number: int, size: Sequence[int], image_size: int
) -> tuple[Tensor, Tensor]:
    points = torch.zeros(len(drawn), number, 2)
    labels = torch.full((len(drawn), number), NO_POINT, dtype=torch.int32)
    for row, prompts in enumerate(drawn):
        assert prompts is not None, 'an empty mask prompts nothing'
        count = len(prompts.points)
        points[row, :count] = _scaled(prompts.points, size, image_size)
        labels[row, :count] = torch.from_numpy(prompts.labels).int()
    return points, labels


def _boxes(drawn: Sequence[PointPrompts | None], size: Sequence[int], image_size: int) -> Tensor:
    corners = np.stack([prompts.box for prompts in drawn if prompts is not None])
    return _scaled(corners.reshape(-1, 2), size, image_size).reshape(-1, 4)


def _scaled(places: np.ndarray, size: Sequence[int], image_size: int) -> Tensor:
    """Pixels (n, 2) of a frame (H, W) in the square; centres of pixels meet."""
    scale = np.array([image_size / size[1], image_size / size[0]])
    return torch.from_numpy((places + 0.5) * scale - 0.5).float()

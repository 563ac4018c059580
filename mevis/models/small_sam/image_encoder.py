"""Image encoder of the small SAM."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ImageFeatures:
    """What the decoder sees of M images.

    Attributes:
        embedding: (M, C, S / 4, S / 4).
        fine: (M, C / 8, S, S).
        middle: (M, C / 4, S / 2, S / 2).
    """

    embedding: Tensor
    fine: Tensor
    middle: Tensor

    def of(self, rows: Tensor) -> 'ImageFeatures':
        """The features of some images, (n,) int; an image may come several times."""
        return ImageFeatures(self.embedding[rows], self.fine[rows], self.middle[rows])


class SmallImageEncoder(nn.Module):
    """Convolutions down to stride 16 and back up to 4, as a feature pyramid.

    Args:
        embed_dims: Channels C, a multiple of 8.
    """

    def __init__(self, embed_dims: int = 48) -> None:
        super().__init__()
        widths = (8, 24, 48, 64, 96)
        self.stem = _convolution(3, widths[0])
        self.stages = nn.ModuleList(
            nn.Sequential(_convolution(narrow, wide, stride=2), Residual(wide))
            if wide >= 48
            else _convolution(narrow, wide, stride=2)
            for narrow, wide in zip(widths, widths[1:], strict=False)
        )
        self.laterals = nn.ModuleList(nn.Conv2d(width, embed_dims, 1) for width in widths[2:])
        self.to_fine = nn.Conv2d(widths[0], embed_dims // 8, 1)
        self.to_middle = nn.Conv2d(widths[1], embed_dims // 4, 1)

    def forward(self, images: Tensor) -> ImageFeatures:
        """Encodes images (M, 3, S, S), normalised; S is a multiple of 16."""
        levels = [self.stem(images)]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        top = self.laterals[2](levels[4])
        for lateral, level in zip(
            (self.laterals[1], self.laterals[0]), levels[3:1:-1], strict=True
        ):
            top = lateral(level) + F.interpolate(top, scale_factor=2, mode='nearest')
        return ImageFeatures(top, self.to_fine(levels[0]), self.to_middle(levels[1]))


class Residual(nn.Module):
    """Two convolutions beside the identity.

    Args:
        width: Channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.GroupNorm(8, width)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(M, C, h, w) -> the same shape."""
        return F.relu(features + self.second(self.first(features)))


def _convolution(narrow: int, wide: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(narrow, wide, 3, stride, padding=1, bias=False),
        nn.GroupNorm(min(8, wide // 4), wide),
        nn.ReLU(inplace=True),
    )

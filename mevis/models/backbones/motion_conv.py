"""A small convolutional backbone that sees what moves where."""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.registry import MODELS


class TemporalConv(nn.Module):
    """Mixes each cell with the same cell of the frames before and after, as a residual.

    Args:
        channels: Channels C.
        num_groups: Of GroupNorm.
    """

    def __init__(self, channels: int, num_groups: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3 * channels, channels, 1, bias=False)
        self.norm = nn.GroupNorm(num_groups, channels)

    def forward(self, x: Tensor, num_frames: int) -> Tensor:
        """Maps (B*T, C, h, w) to the same shape; frames beyond the ends are zero."""
        clips = F.pad(x.unflatten(0, (-1, num_frames)), (0, 0) * 3 + (1, 1))
        neighbours = torch.cat((clips[:, :-2], clips[:, 1:-1], clips[:, 2:]), 2).flatten(0, 1)
        return F.relu(x + self.norm(self.conv(neighbours)))


class ResidualStage(nn.Module):
    """Two 3x3 convolutions, the first with a stride, beside a 1x1 shortcut.

    Args:
        in_channels: Channels before.
        out_channels: Channels after.
        stride: Of the first convolution.
        num_groups: Of GroupNorm.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, num_groups: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.norm1 = nn.GroupNorm(num_groups, out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.norm2 = nn.GroupNorm(num_groups, out_channels)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (M, in, h, w) to (M, out, h / stride, w / stride)."""
        y = self.norm1(self.conv1(x)).relu()
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


@MODELS.register_module()
class MotionConvBackbone(ClipBackbone):
    """Residual stages with a temporal convolution after some of them.

    An image backbone shows where things are; the order of frames is then seen by attention alone,
    which learns it slowly.  Here three neighbouring frames are compared cell by cell, so that the
    direction in which something moves is a local feature.  Made for small models on small
    machines; without temporal stages it is a plain image backbone.

    Args:
        channels: Channels of the levels of strides 4, 8, 16 and 32.
        stem_channels: Channels of the stem.
        temporal_stages: Levels (0: stride 4) that are followed by a temporal convolution.
        num_groups: Of GroupNorm.
    """

    def __init__(
        self,
        channels: Sequence[int] = (32, 64, 96, 96),
        stem_channels: int = 32,
        temporal_stages: Sequence[int] = (1, 2, 3),
        num_groups: int = 8,
    ) -> None:
        super().__init__()
        self.out_channels = tuple(channels)
        self.stem = nn.Conv2d(3, stem_channels, 7, 2, 3)
        self.stages = nn.ModuleList(
            ResidualStage(before, after, 2, num_groups)
            for before, after in pairwise((stem_channels, *channels))
        )
        self.temporal = nn.ModuleDict(
            {str(stage): TemporalConv(channels[stage], num_groups) for stage in temporal_stages}
        )

    def forward(self, clips: Tensor) -> tuple[Tensor, ...]:
        """Clips (B, T, 3, H, W) to four levels, each (B*T, C, h, w)."""
        num_frames = clips.shape[1]
        x = self.stem(clips.flatten(0, 1)).relu()
        levels = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if str(index) in self.temporal:
                x = self.temporal[str(index)](x, num_frames)
            levels.append(x)
        return tuple(levels)

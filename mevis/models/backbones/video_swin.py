"""Video Swin Transformer as MUTR uses it: patches of one frame, windows of eight.

Shapes: B clips, T frames, (h, w) patches, C channels, M heads.
"""

from collections.abc import Sequence
from itertools import product
from math import ceil, prod

import torch
import torch.nn.functional as F
from timm.layers import DropPath
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.registry import MODELS

Size = tuple[int, int, int]


def _fit(window: Size, shift: Size, size: Sequence[int]) -> tuple[Size, Size]:
    """A window no larger than the map; where it covers the map it is not shifted."""
    covered = [side <= length for side, length in zip(size, window, strict=True)]
    fitted = tuple(
        side if c else length for side, length, c in zip(size, window, covered, strict=True)
    )
    return fitted, tuple(0 if c else step for step, c in zip(shift, covered, strict=True))


def _to_windows(x: Tensor, window: Size) -> Tensor:
    """(B, T, h, w, C) to (B, windows, cells, C)."""
    batch, frames, height, width, channels = x.shape
    t, h, w = window
    x = x.view(batch, frames // t, t, height // h, h, width // w, w, channels)
    return x.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(batch, -1, prod(window), channels)


def _from_windows(x: Tensor, window: Size, size: Size) -> Tensor:
    """Inverse of :func:`_to_windows`."""
    t, h, w = window
    frames, height, width = size
    x = x.view(len(x), frames // t, height // h, width // w, t, h, w, -1)
    return x.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(len(x), frames, height, width, -1)


def _shift_mask(size: Size, window: Size, shift: Size, device: torch.device) -> Tensor:
    """(windows, cells, cells): -100 between cells that only the shift made neighbours."""
    region = torch.zeros((1, *size, 1), device=device)
    parts = [
        (slice(-length), slice(-length, -step), slice(-step, None))
        for length, step in zip(window, shift, strict=True)
    ]
    for number, (t, h, w) in enumerate(product(*parts)):
        region[:, t, h, w] = number
    region = _to_windows(region, window)[0, :, :, 0]
    return (region[:, :, None] != region[:, None]).float() * -100.0


class WindowAttention(nn.Module):
    """Attention within 3-D windows with a relative position bias.

    Args:
        dims: Channels C.
        num_heads: Heads M.
        window: Largest window (frames, rows, columns).
    """

    def __init__(self, dims: int, num_heads: int, window: Size) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.relative_position_bias_table = nn.Parameter(
            torch.zeros(prod(2 * length - 1 for length in window), num_heads)
        )
        self.register_buffer('relative_position_index', self._index(window))
        self.qkv = nn.Linear(dims, 3 * dims)
        self.proj = nn.Linear(dims, dims)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    @staticmethod
    def _index(window: Size) -> Tensor:
        axes = torch.meshgrid(*(torch.arange(length) for length in window), indexing='ij')
        cells = torch.stack(axes).flatten(1)
        offset = (cells[:, :, None] - cells[:, None]).permute(1, 2, 0)
        offset = offset + torch.tensor(window) - 1
        spans = [2 * length - 1 for length in window]
        return offset @ torch.tensor([spans[1] * spans[2], spans[2], 1])

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Attends.

        Args:
            x: (B, windows, cells, C).
            mask: (windows, cells, cells) added to the scores, or None.

        Returns:
            (B, windows, cells, C).
        """
        batch, windows, cells, channels = x.shape
        qkv = self.qkv(x).view(batch, windows, cells, 3, self.num_heads, -1)
        query, key, value = qkv.permute(3, 0, 1, 4, 2, 5)
        # Smaller windows read the corner of the table, as the official code does.
        index = self.relative_position_index[:cells, :cells]
        bias = self.relative_position_bias_table[index].permute(2, 0, 1)
        if mask is not None:
            bias = bias + mask[:, None].to(bias)
        attended = F.scaled_dot_product_attention(
            query.flatten(1, 2),
            key.flatten(1, 2),
            value.flatten(1, 2),
            bias.expand(windows, -1, -1, -1).flatten(0, 1)[None].expand(batch, -1, -1, -1),
        )
        attended = attended.view(batch, windows, self.num_heads, cells, -1).transpose(2, 3)
        return self.proj(attended.reshape(x.shape))


class FeedForward(nn.Module):
    """Linear, GELU, linear."""

    def __init__(self, dims: int, hidden_dims: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dims, hidden_dims)
        self.fc2 = nn.Linear(hidden_dims, dims)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (..., C) to (..., C)."""
        return self.fc2(F.gelu(self.fc1(x)))


class VideoSwinBlock(nn.Module):
    """Window attention and feed-forward, pre-norm.

    Args:
        dims: Channels C.
        num_heads: Heads.
        window: Window (frames, rows, columns).
        shift: By how much windows are shifted.
        drop_path: Share of samples that skip the block's branches in training.
    """

    def __init__(
        self, dims: int, num_heads: int, window: Size, shift: Size, drop_path: float
    ) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1 = nn.LayerNorm(dims)
        self.attn = WindowAttention(dims, num_heads, window)
        self.drop_path = DropPath(drop_path) if drop_path > 0 else nn.Identity()
        self.norm2 = nn.LayerNorm(dims)
        self.mlp = FeedForward(dims, 4 * dims)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, T, h, w, C) to the same shape."""
        x = x + self.drop_path(self._attend(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x)))

    def _attend(self, x: Tensor) -> Tensor:
        size = x.shape[1:4]
        window, shift = _fit(self.window, self.shift, size)
        missing = [-side % length for side, length in zip(size, window, strict=True)]
        x = F.pad(x, (0, 0, 0, missing[2], 0, missing[1], 0, missing[0]))
        padded = tuple(ceil(s / w) * w for s, w in zip(size, window, strict=True))
        mask = None
        if any(shift):
            x = x.roll([-step for step in shift], (1, 2, 3))
            mask = _shift_mask(padded, window, shift, x.device)
        x = _from_windows(self.attn(_to_windows(x, window), mask), window, padded)
        if any(shift):
            x = x.roll(shift, (1, 2, 3))
        return x[:, : size[0], : size[1], : size[2]]


class PatchMerging(nn.Module):
    """Halves height and width, doubles channels."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * dims, 2 * dims, bias=False)
        self.norm = nn.LayerNorm(4 * dims)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, T, h, w, C) to (B, T, h/2, w/2, 2C)."""
        x = F.pad(x, (0, 0, 0, x.shape[3] % 2, 0, x.shape[2] % 2))
        corners = [x[:, :, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(corners, -1)))


class PatchEmbedding(nn.Module):
    """Patches of one frame and 4 x 4 pixels."""

    def __init__(self, dims: int, patch_size: Size) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.proj = nn.Conv3d(3, dims, patch_size, patch_size)
        self.norm = nn.LayerNorm(dims)

    def forward(self, clips: Tensor) -> Tensor:
        """Maps (B, T, 3, H, W) to (B, T, h, w, C)."""
        _, rows, columns = self.patch_size
        clips = F.pad(clips, (0, -clips.shape[-1] % columns, 0, -clips.shape[-2] % rows))
        return self.norm(self.proj(clips.transpose(1, 2)).permute(0, 2, 3, 4, 1))


class VideoSwinStage(nn.Module):
    """The blocks of one resolution; every other one has shifted windows."""

    def __init__(
        self, dims: int, depth: int, num_heads: int, window: Size, drop_paths: Sequence[float]
    ) -> None:
        super().__init__()
        half = tuple(length // 2 for length in window)
        self.blocks = nn.ModuleList(
            VideoSwinBlock(
                dims, num_heads, window, half if index % 2 else (0, 0, 0), drop_paths[index]
            )
            for index in range(depth)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, T, h, w, C) to the same shape."""
        for block in self.blocks:
            x = block(x)
        return x


@MODELS.register_module()
class VideoSwinTransformer(ClipBackbone):
    """Video Swin, one output frame per input frame.

    Args:
        embed_dims: Channels of the first level; each next one has twice as many.
        depths: Blocks per level.
        num_heads: Heads per level.
        window_size: Window (frames, rows, columns).
        drop_path_rate: Stochastic depth of the last block.

    Source: Liu et al., "Video Swin Transformer", Sec. 3; as used by MTTR, ReferFormer and MUTR.
    """

    def __init__(
        self,
        embed_dims: int = 96,
        depths: Sequence[int] = (2, 2, 6, 2),
        num_heads: Sequence[int] = (3, 6, 12, 24),
        window_size: Size = (8, 7, 7),
        drop_path_rate: float = 0.2,
    ) -> None:
        super().__init__()
        window_size = tuple(window_size)
        self.out_channels = tuple(embed_dims * 2**level for level in range(len(depths)))
        self.patch_embed = PatchEmbedding(embed_dims, (1, 4, 4))
        rates = torch.linspace(0, drop_path_rate, sum(depths)).tolist()
        starts = [sum(depths[:level]) for level in range(len(depths))]
        self.layers = nn.ModuleList(
            VideoSwinStage(dims, depth, heads, window_size, rates[start : start + depth])
            for dims, depth, heads, start in zip(
                self.out_channels, depths, num_heads, starts, strict=True
            )
        )
        self.downsamples = nn.ModuleList(PatchMerging(dims) for dims in self.out_channels[:-1])

    def forward(self, clips: Tensor) -> tuple[Tensor, ...]:
        """Clips (B, T, 3, H, W) to four levels, each (B*T, C, h, w)."""
        x = self.patch_embed(clips)
        levels = []
        for index, layer in enumerate(self.layers):
            x = layer(x)
            levels.append(x.flatten(0, 1).permute(0, 3, 1, 2).contiguous())
            if index < len(self.downsamples):
                x = self.downsamples[index](x)
        return tuple(levels)

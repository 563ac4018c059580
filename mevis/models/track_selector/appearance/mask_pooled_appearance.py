"""Looks from the features of the frames under each mask.

Shapes: B clips, T frames, K tracks, L levels, C channels, h w feature cells.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.models.track_selector.appearance.base import TrackAppearance
from mevis.models.track_selector.time_waves import NUM_TIME_WAVES, time_waves
from mevis.registry import MODELS
from mevis.structures import ClipTracks

# Masks are laid over the frames in squares of this many pixels: the finest level a model can have.
_SQUARE = 4
_FRAMES_AT_A_TIME = 8


@MODELS.register_module()
class MaskPooledAppearance(TrackAppearance):
    """One token per frame and track: the means of some levels of a backbone under the mask.

    Args:
        embed_dims: Channels C of a token.
        backbone: Config of a backbone of images or clips.
        in_channels: Channels of the levels that are pooled.
        levels: Which levels of the backbone these are.
        num_frames: Frames of a video that are looked at in testing, evenly spread.
        temporal_position: Whether a token knows when its frame was.
        frozen: Whether the backbone stays as it was loaded.
        pixels: Whether mean and spread of the colours under the mask are part of a token too;
            a backbone that was trained to find instances has little use for colours.
    """

    def __init__(
        self,
        embed_dims: int,
        backbone: Mapping[str, Any],
        in_channels: Sequence[int],
        levels: Sequence[int],
        num_frames: int = 6,
        temporal_position: bool = True,
        frozen: bool = False,
        pixels: bool = False,
    ) -> None:
        super().__init__()
        self.backbone = MODELS.build(backbone)
        self.levels = tuple(levels)
        self.num_frames = num_frames
        self.temporal_position = temporal_position
        self.frozen = frozen
        if frozen:
            self.backbone.requires_grad_(False)
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for channels in in_channels)
        self.projection = nn.Sequential(
            nn.Linear(sum(in_channels), embed_dims), nn.ReLU(), nn.Linear(embed_dims, embed_dims)
        )
        self.colours = nn.Linear(6, embed_dims) if pixels else None
        self.time = nn.Linear(NUM_TIME_WAVES, embed_dims)
        self.norm = nn.LayerNorm(embed_dims)

    def train(self, mode: bool = True) -> 'MaskPooledAppearance':
        """A frozen backbone stays in evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def forward(
        self, clips: Tensor, tracks: Sequence[ClipTracks], num_tracks: int
    ) -> tuple[Tensor, Tensor]:
        """One token per frame: A = T."""
        masks = [_on_canvas(one).to(clips.device) for one in tracks]
        parts = [[] for _ in tracks]
        for frames in torch.arange(clips.shape[1], device=clips.device).split(self._chunk(clips)):
            levels = self._levels(clips[:, frames])
            for index, part in enumerate(parts):
                mask = masks[index][frames]
                token = self._project([level[index] for level in levels], mask)
                if self.colours is not None:
                    token = token + self.colours(_colours(clips[index, frames], mask))
                part.append(token)
        tokens = clips.new_zeros(len(clips), num_tracks, clips.shape[1], self.norm.bias.numel())
        seen = torch.zeros(tokens.shape[:3], dtype=torch.bool, device=clips.device)
        for index, (one, part) in enumerate(zip(tracks, parts, strict=True)):
            token = torch.cat(part)
            if self.temporal_position:
                token = token + self.time(time_waves(one.times.to(token)))[:, None]
            tokens[index, : len(one)] = self.norm(token).transpose(0, 1)
            seen[index, : len(one)] = masks[index].flatten(2).any(-1).T
        return tokens, seen

    def _chunk(self, clips: Tensor) -> int:
        """Frames whose feature maps exist at a time; in training all, for the gradient."""
        at_once = self.training or isinstance(self.backbone, ClipBackbone)
        return clips.shape[1] if at_once else _FRAMES_AT_A_TIME

    def _project(self, levels: Sequence[Tensor], masks: Tensor) -> Tensor:
        """Levels (t, C, h, w) of some frames under masks (t, K, H, W): (t, K, C)."""
        pooled = [norm(_pool(level, masks)) for norm, level in zip(self.norms, levels, strict=True)]
        return self.projection(torch.cat(pooled, -1))

    def _levels(self, clips: Tensor) -> list[Tensor]:
        """The pooled levels, each (B, T, C, h, w)."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            if isinstance(self.backbone, ClipBackbone):
                levels = self.backbone(clips)
            else:
                levels = self.backbone(clips.flatten(0, 1))
        return [levels[level].unflatten(0, clips.shape[:2]) for level in self.levels]


def _on_canvas(tracks: ClipTracks) -> Tensor:
    """Masks (T, K, h, w) in [0, 1], laid over the padded frames in squares of four pixels."""
    inner, outer = (
        tuple(ceil(side / _SQUARE) for side in shape) for shape in (tracks.img_shape, tracks.canvas)
    )
    frames = range(len(tracks.times))
    masks = torch.zeros(len(frames), len(tracks), *inner)
    for frame in frames:
        for k in range(len(tracks)):
            masks[frame, k] = tracks.cover(k, frame, inner)
    return F.pad(masks, (0, outer[1] - inner[1], 0, outer[0] - inner[0]))


def _pool(level: Tensor, masks: Tensor) -> Tensor:
    """Means under masks: (T, C, h, w) and (T, K, H, W) in [0, 1] -> (T, K, C)."""
    shares = F.adaptive_avg_pool2d(masks, level.shape[-2:]).flatten(2)
    shares = shares / shares.sum(-1, keepdim=True).clamp(min=1e-6)
    return shares @ level.flatten(2).transpose(1, 2)


def _colours(frames: Tensor, masks: Tensor) -> Tensor:
    """Mean and spread under masks: (T, 3, H, W) and (T, K, h, w) in [0, 1] -> (T, K, 6)."""
    moments = torch.cat((frames, frames.square()), 1)
    mean, square = _pool(F.adaptive_avg_pool2d(moments, masks.shape[-2:]), masks).split(3, -1)
    return torch.cat((mean, (square - mean.square()).clamp(min=1e-6).sqrt()), -1)

"""Looks from a small picture of each instance.

Shapes: B clips, T frames, K tracks, C channels, s crop size.
"""

from collections.abc import Sequence
from math import ceil

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import roi_align

from mevis.models.track_selector.appearance.base import TrackAppearance
from mevis.models.track_selector.time_waves import NUM_TIME_WAVES, time_waves
from mevis.registry import MODELS
from mevis.structures import ClipTracks


@MODELS.register_module()
class CroppedAppearance(TrackAppearance):
    """One token per frame and track: a small network over the instance, cut out along its mask.

    Means under a mask keep colours, but neither outlines nor patterns.  A crop of the instance on
    an empty ground keeps all three, whatever the size of the instance, and costs no pass of a
    backbone over the frames.

    Args:
        embed_dims: Channels C of a token.
        crop_size: Side s of a crop in pixels; three times halved by the network.
        channels: Channels of the four convolutions.
        margin: Added to the longer side of the box, as a share of it.
        num_frames: Frames of a video that are looked at in testing, evenly spread.
        temporal_position: Whether a token knows when its frame was.
    """

    def __init__(
        self,
        embed_dims: int,
        crop_size: int = 24,
        channels: Sequence[int] = (24, 32, 48, 64),
        margin: float = 0.15,
        num_frames: int = 6,
        temporal_position: bool = True,
    ) -> None:
        super().__init__()
        self.crop_size = crop_size
        self.margin = margin
        self.num_frames = num_frames
        self.temporal_position = temporal_position
        layers, last = [], 4
        for index, width in enumerate(channels):
            stride = 1 if index == 0 else 2
            layers += [
                nn.Conv2d(last, width, 3, stride, 1, bias=False),
                nn.GroupNorm(4, width),
                nn.ReLU(inplace=True),
            ]
            last = width
        self.network = nn.Sequential(*layers)
        cells = ceil(crop_size / 2 ** (len(channels) - 1)) ** 2
        # Group norm takes away how bright a crop is as a whole: the mean colour goes past it.
        self.projection = nn.Linear(cells * last + 3, embed_dims)
        self.time = nn.Linear(NUM_TIME_WAVES, embed_dims)
        self.norm = nn.LayerNorm(embed_dims)

    def forward(
        self, clips: Tensor, tracks: Sequence[ClipTracks], num_tracks: int
    ) -> tuple[Tensor, Tensor]:
        """One token per frame: A = T."""
        tokens = clips.new_zeros(len(clips), num_tracks, clips.shape[1], self.norm.bias.numel())
        seen = torch.zeros(tokens.shape[:3], dtype=torch.bool, device=clips.device)
        crops, places, times = [], [], []
        for index, (clip, one) in enumerate(zip(clips, tracks, strict=True)):
            for frame, picture in enumerate(clip):
                masks = _masks(one, frame).to(picture)
                there = torch.nonzero(masks.flatten(1).any(-1))[:, 0]
                if len(there):
                    crops.append(crop_instances(picture, masks[there], self.crop_size, self.margin))
                    places += [(index, k, frame) for k in there.tolist()]
                    times.append(one.times[frame].expand(len(there)))
        if places:
            looks = self._look(torch.cat(crops))
            if self.temporal_position:
                looks = looks + self.time(time_waves(torch.cat(times).to(looks)))
            where = torch.tensor(places, device=clips.device).unbind(1)
            tokens = tokens.index_put(where, self.norm(looks).to(tokens))
            seen[where] = True
        return tokens, seen

    def _look(self, crops: Tensor) -> Tensor:
        """Crops (M, 4, s, s) -> (M, C)."""
        weight = crops[:, 3:].mean((2, 3)).clamp(min=1e-6)
        colour = crops[:, :3].mean((2, 3)) / weight
        return self.projection(torch.cat((self.network(crops).flatten(1), colour), 1))


def crop_instances(frame: Tensor, masks: Tensor, crop_size: int, margin: float) -> Tensor:
    """Cuts instances out of a frame.

    Args:
        frame: (3, h, w), normalised.
        masks: (M, h', w') in [0, 1], each with something in it, over the upper left part of the
            frame; what lies beyond is padding.
        crop_size: Side s of a crop.
        margin: Added to the longer side of the box, as a share of it.

    Returns:
        (M, 4, s, s): the colours under the mask, 0 elsewhere, and the mask.
    """
    padding = (0, frame.shape[-1] - masks.shape[-1], 0, frame.shape[-2] - masks.shape[-2])
    return cut_out(frame[None], F.pad(masks, padding), None, crop_size, margin)


def cut_out(
    frames: Tensor, masks: Tensor, of_frame: Tensor | None, crop_size: int, margin: float
) -> Tensor:
    """Cuts instances out of several frames.

    Args:
        frames: (t, 3, h, w), normalised.
        masks: (M, h, w) in [0, 1]; one without anything in it gives a crop of the whole frame.
        of_frame: (M,), the frame of each mask; None: the first.
        crop_size: Side s of a crop.
        margin: Added to the longer side of the box, as a share of it.

    Returns:
        (M, 4, s, s), as :func:`crop_instances`.
    """
    boxes = _square_boxes(masks > 0, margin)
    size = (crop_size, crop_size)
    numbers = torch.arange(boxes.shape[0], device=boxes.device)
    of_frame = torch.zeros_like(numbers) if of_frame is None else of_frame
    where = torch.cat((of_frame.to(boxes)[:, None], boxes), 1)
    colours = roi_align(frames, where, size, aligned=True)
    where = torch.cat((numbers.to(boxes)[:, None], boxes), 1)
    cut = roi_align(masks[:, None], where, size, aligned=True)
    return torch.cat((colours * cut, cut), 1)


def _square_boxes(masks: Tensor, margin: float) -> Tensor:
    """Squares (M, 4), x1 y1 x2 y2 in pixels, around masks (M, h, w) bool, with a margin."""
    left, right = _extent(masks.any(1))
    top, bottom = _extent(masks.any(2))
    half = torch.maximum(right - left, bottom - top) * (0.5 + margin / 2)
    x, y = (left + right) / 2, (top + bottom) / 2
    return torch.stack((x - half, y - half, x + half, y + half), 1)


def _extent(there: Tensor) -> tuple[Tensor, Tensor]:
    """First and one past the last True of each row, (M, L) -> two (M,) float32."""
    first = there.int().argmax(1)
    last = there.shape[1] - there.flip(1).int().argmax(1)
    return first.float(), last.float()


def _masks(tracks: ClipTracks, frame: int) -> Tensor:
    """(K, h, w) in [0, 1], as large as the frame without padding."""
    if not len(tracks):
        return torch.zeros(0, *tracks.img_shape)
    return torch.stack([tracks.cover(k, frame, tracks.img_shape) for k in range(len(tracks))])

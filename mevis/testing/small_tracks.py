"""Tracks in a clip, its levels and a backbone that counts, for tests of query initializers.

The video has frames of 48x80 pixels on disk; a model sees them at 32x56 in an input of 64x64.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from mevis.structures import ClipTracks, InstanceMasks, encode_rle

EMBED_DIMS = 16
"""Channels of the levels."""
CHANNELS = (4, 6, 8, 10)
"""Channels of the backbone's levels."""
VIDEO_SIZE, IMG_SHAPE, CANVAS = (48, 80), (32, 56), (64, 64)
NUM_FRAMES = 6


def video_tracks(count: int = 3) -> InstanceMasks:
    """Squares on their ways; the second is absent in two frames, one of them with an empty mask."""
    tracks = []
    for k in range(count):
        masks = np.zeros((NUM_FRAMES, *VIDEO_SIZE), bool)
        for frame in range(NUM_FRAMES):
            left = 6 * frame + 3 * k if k % 2 else 60 - 8 * frame
            masks[frame, 6 + 8 * k : 20 + 8 * k, left : left + 12] = True
        tracks.append(encode_rle(masks))
    if count > 1:
        tracks[1][2] = encode_rle(np.zeros((1, *VIDEO_SIZE), bool))[0]
        tracks[1][4] = None
    scores = [0.9 - 0.2 * k for k in range(count)]
    return InstanceMasks(tracks, scores, [-1] * count, VIDEO_SIZE)


def frames_of(seed: int = 0) -> Tensor:
    """The whole video as the model sees it, (T, 3, h, w), normalised."""
    return torch.randn(NUM_FRAMES, 3, *IMG_SHAPE, generator=torch.Generator().manual_seed(seed))


def clip_of(
    tracks: InstanceMasks, indices: Sequence[int] = (0, 2, 4, 5), seed: int = 0
) -> ClipTracks:
    """Tracks in a clip of the video."""
    frames = frames_of(seed)[list(indices)]
    return ClipTracks.of(
        tracks, indices, NUM_FRAMES, IMG_SHAPE, CANVAS, lambda positions: frames[list(positions)]
    )


def levels_of(batch: int = 1, num_frames: int = 4, seed: int = 0) -> list[Tensor]:
    """Levels of strides 8, 16, 32 and 64."""
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(
            batch, num_frames, EMBED_DIMS, CANVAS[0] // s, CANVAS[1] // s, generator=generator
        )
        for s in (8, 16, 32, 64)
    ]


class CountingEncoder(nn.Module):
    """A backbone of pooled patches that knows how many images it has seen, and which."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.mixes = [torch.randn(count, 3, generator=generator) for count in CHANNELS]
        self.images: list[Tensor] = []

    def forward(self, images: Tensor) -> list[Tensor]:
        """Images (M, 3, H, W) to four levels (M, C, h, w)."""
        self.images.append(images)
        pixels = images.float() / 255 if images.dtype == torch.uint8 else images
        pooled = [
            nn.functional.avg_pool2d(pixels, stride, ceil_mode=True) for stride in (4, 8, 16, 32)
        ]
        return [
            torch.einsum('cx,mxhw->mchw', mix, level).tanh()
            for mix, level in zip(self.mixes, pooled, strict=True)
        ]

    def __len__(self) -> int:
        return sum(map(len, self.images))

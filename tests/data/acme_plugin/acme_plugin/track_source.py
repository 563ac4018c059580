"""Bright regions as tracks."""

import numpy as np

from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames, encode_rle
from mevis.track_sources import TrackSource


@TRACK_SOURCES.register_module()
class AcmeHalvesTracks(TrackSource):
    """Two tracks: what is bright in the upper and in the lower half of the picture.

    Args:
        brightness: Smallest value of the red channel that counts, 0 to 255.
    """

    def __init__(self, brightness: int = 128) -> None:
        super().__init__()
        self.brightness = brightness

    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Looks at one frame at a time."""
        upper, lower = [], []
        for position in range(len(video)):
            bright = video.read([position])[:, :, :, 0] >= self.brightness
            rows = np.arange(video.size[0])[:, None] < video.size[0] // 2
            upper += encode_rle(bright & rows)
            lower += encode_rle(bright & ~rows)
        return InstanceMasks([upper, lower], [0.9, 0.8], [-1, -1], video.size)

"""A video at the size at which motion is looked for."""

from collections.abc import Iterator

import cv2
import numpy as np

from mevis.structures import VideoFrames, encode_rle
from mevis.track_sources.motion.regions import Region

_CHUNK = 16


class WorkingFrames:
    """Reads a video chunk by chunk, made smaller; brings what was found there back to its size.

    Args:
        video: The frames.
        long_side: Pixels of the longer side; a video that is smaller stays as it is.
    """

    def __init__(self, video: VideoFrames, long_side: int) -> None:
        self._video = video
        scale = min(1.0, long_side / max(video.size))
        self.size = tuple(max(1, round(side * scale)) for side in video.size)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields every frame, (h, w, 3) uint8 RGB."""
        count, (height, width) = len(self._video), self.size
        for start in range(0, count, _CHUNK):
            for frame in self._video.read(range(start, min(start + _CHUNK, count))):
                yield cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)

    def full_size(self, region: Region) -> dict | None:
        """The RLE of a region at the size of the video; None if nothing is left of it."""
        small = np.zeros(self.size, np.float32)
        small[region.window] = region.mask
        full = cv2.resize(small, tuple(self._video.size)[::-1]) > 0.5
        return encode_rle(full[None])[0] if full.any() else None

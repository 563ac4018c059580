"""No source: tracks come with the data, or there are none."""

from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames
from mevis.track_sources.base import TrackSource


@TRACK_SOURCES.register_module()
class NoTracks(TrackSource):
    """Finds nothing: a video without tracks of its dataset has K = 0 of them."""

    finds_any = False

    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Returns no track, whatever the video shows."""
        return InstanceMasks([], [], [], tuple(video.size))

"""Where instance tracks come from: a video in, tracks out; or a file of any tracker."""

from mevis.track_sources.base import TrackSource
from mevis.track_sources.dvis import DVISTracks
from mevis.track_sources.files import read_instance_masks, read_trajectories
from mevis.track_sources.motion import MotionTracks
from mevis.track_sources.no_tracks import NoTracks
from mevis.track_sources.sam3 import SAM3VideoTracks
from mevis.track_sources.videomt import VidEoMTTracks

__all__ = [
    'DVISTracks',
    'MotionTracks',
    'NoTracks',
    'SAM3VideoTracks',
    'TrackSource',
    'VidEoMTTracks',
    'read_instance_masks',
    'read_trajectories',
]

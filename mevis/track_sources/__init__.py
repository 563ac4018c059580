"""Where instance tracks come from: a video in, tracks out; or a file of any tracker."""

from mevis.track_sources.base import TrackSource
from mevis.track_sources.files import read_instance_masks, read_trajectories
from mevis.track_sources.no_tracks import NoTracks

__all__ = ['NoTracks', 'TrackSource', 'read_instance_masks', 'read_trajectories']

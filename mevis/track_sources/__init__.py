"""Where instance tracks come from: a video in, tracks out."""

from mevis.track_sources.base import TrackSource
from mevis.track_sources.no_tracks import NoTracks

__all__ = ['NoTracks', 'TrackSource']

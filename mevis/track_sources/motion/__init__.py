"""Tracks of moving objects without weights: align, subtract the background, associate."""

from mevis.track_sources.motion.motion_tracks import MotionTracks

__all__ = ['MotionTracks']

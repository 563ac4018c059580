"""Trajectories with motion sentences: what motion words mean, without a pixel."""

from mevis.datasets.motion_tracks.motion_tracks_dataset import MotionTracksDataset
from mevis.datasets.motion_tracks.sayings import vocabulary

__all__ = ['MotionTracksDataset', 'vocabulary']

"""Choosing among instance tracks."""

from mevis.models.track_selector.appearance.cropped_appearance import CroppedAppearance
from mevis.models.track_selector.appearance.mask_pooled_appearance import MaskPooledAppearance
from mevis.models.track_selector.appearance.no_appearance import NoAppearance
from mevis.models.track_selector.track_answer import choose_tracks
from mevis.models.track_selector.track_selector import TrackSelector

__all__ = [
    'CroppedAppearance',
    'MaskPooledAppearance',
    'NoAppearance',
    'TrackSelector',
    'choose_tracks',
]

"""Models and the modules that plug into them."""

from mevis.models import (
    backbones,
    dvis,
    mutr,
    query_initializers,
    small_sam,
    text_encoders,
    track_selector,
)
from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.models.data_preprocessor import RefVidSegDataPreprocessor
from mevis.models.track_finder import TrackFinder

__all__ = [
    'BaseRefVidSegmentor',
    'RefVidSegDataPreprocessor',
    'TrackFinder',
    'backbones',
    'dvis',
    'mutr',
    'query_initializers',
    'small_sam',
    'text_encoders',
    'track_selector',
]

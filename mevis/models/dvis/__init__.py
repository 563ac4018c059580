"""DVIS: decoupled video instance segmentation."""

from mevis.models.dvis.dvis import DVIS
from mevis.models.dvis.pixel_decoder import FullPrecisionPixelDecoder
from mevis.models.dvis.query_matcher import QueryMatcher
from mevis.models.dvis.referring_tracker import ReferringTracker
from mevis.models.dvis.temporal_refiner import NoTemporalRefiner, TemporalRefiner

__all__ = [
    'DVIS',
    'FullPrecisionPixelDecoder',
    'NoTemporalRefiner',
    'QueryMatcher',
    'ReferringTracker',
    'TemporalRefiner',
]

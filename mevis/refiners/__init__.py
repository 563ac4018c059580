"""Refinement of masks: frames and masks in, masks out."""

from mevis.refiners.base import MaskRefiner
from mevis.refiners.chosen_tracks import ChosenTracksRefiner
from mevis.refiners.hq_sam import HQSAMRefiner
from mevis.refiners.identity import IdentityRefiner
from mevis.refiners.sam2_video import SAM2VideoRefiner
from mevis.refiners.small_sam import SmallSAMRefiner
from mevis.structures import FrameReader, RefineContext

__all__ = [
    'ChosenTracksRefiner',
    'FrameReader',
    'HQSAMRefiner',
    'IdentityRefiner',
    'MaskRefiner',
    'RefineContext',
    'SAM2VideoRefiner',
    'SmallSAMRefiner',
]

"""Refinement of masks: frames and masks in, masks out."""

from mevis.refiners.base import MaskRefiner
from mevis.refiners.identity import IdentityRefiner
from mevis.structures import FrameReader, RefineContext

__all__ = ['FrameReader', 'IdentityRefiner', 'MaskRefiner', 'RefineContext']

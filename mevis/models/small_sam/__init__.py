"""A small SAM that can be trained without downloads."""

from mevis.models.small_sam.small_sam import SmallSAM

__all__ = ['SmallSAM']

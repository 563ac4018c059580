"""MUTR: multi-modal temporal transformer for referring video segmentation."""

from mevis.models.mutr.mutr import MUTR
from mevis.models.mutr.sequence_assigner import SequenceHungarianAssigner

__all__ = ['MUTR', 'SequenceHungarianAssigner']

"""Scores of two masks of one frame."""

from mevis.evaluation.functional.boundary_accuracy import (
    boundary_accuracy,
    boundary_agreement,
    boundary_tolerance,
)
from mevis.evaluation.functional.region_similarity import region_similarity
from mevis.evaluation.functional.union_box import union_box

__all__ = [
    'boundary_accuracy',
    'boundary_agreement',
    'boundary_tolerance',
    'region_similarity',
    'union_box',
]

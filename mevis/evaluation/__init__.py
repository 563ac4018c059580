"""Scores of answers; importing this registers the metrics."""

from mevis.evaluation import metrics

__all__ = ['metrics']

"""Metrics; importing this registers them."""

from mevis.evaluation.metrics.instance_precision_metric import InstancePrecisionMetric
from mevis.evaluation.metrics.instance_recall_metric import InstanceRecallMetric

__all__ = ['InstancePrecisionMetric', 'InstanceRecallMetric']

"""Metrics of the engine's evaluator; importing this registers them."""

from mevis.evaluation.metrics.instance_mask_writer import InstanceMaskWriter
from mevis.evaluation.metrics.instance_precision_metric import InstancePrecisionMetric
from mevis.evaluation.metrics.instance_recall_metric import InstanceRecallMetric

__all__ = ['InstanceMaskWriter', 'InstancePrecisionMetric', 'InstanceRecallMetric']

"""Metrics of the engine's evaluator; importing this registers them."""

from mevis.evaluation.metrics.image_ap_metric import ImageAPMetric
from mevis.evaluation.metrics.instance_mask_writer import InstanceMaskWriter
from mevis.evaluation.metrics.instance_precision_metric import InstancePrecisionMetric
from mevis.evaluation.metrics.instance_recall_metric import InstanceRecallMetric
from mevis.evaluation.metrics.prediction_writer import PredictionWriter
from mevis.evaluation.metrics.ref_image_seg_metric import RefImageSegMetric
from mevis.evaluation.metrics.ref_vid_seg_metric import RefVidSegMetric

__all__ = [
    'ImageAPMetric',
    'InstanceMaskWriter',
    'InstancePrecisionMetric',
    'InstanceRecallMetric',
    'PredictionWriter',
    'RefImageSegMetric',
    'RefVidSegMetric',
]

"""Average precision of instance tracks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mevis.evaluation.functional.instance_average_precision import (
    ScoredVideo,
    instance_average_precision,
)
from mevis.evaluation.functional.tube_iou import tube_iou
from mevis.evaluation.metrics.instance_pairs import tracks_of
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS


@METRICS.register_module()
class InstancePrecisionMetric(KeyedMetric):
    """AP, AP50, AP75, AR1 and AR10 of YouTube-VIS, in percent.

    Every entry of ``pred_instances`` counts on its own, as in the official evaluation, so two
    entries may share their masks and differ in category.  mmdet's metric would merge them by
    query, and keeps the masks of all videos until the end; here a video leaves a few numbers.
    """

    figures = 'AP|AP50|AP75|AR1|AR10'

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Compares the tracks of each video with the annotated ones."""
        for sample in data_samples:
            predicted, truth = tracks_of(sample)
            video = ScoredVideo(
                np.asarray(predicted.scores, float),
                np.asarray(predicted.categories, int),
                np.asarray(truth.categories, int),
                tube_iou(predicted, truth),
            )
            self.results.append((sample['video'], video))

    def compute_metrics(self, results: list[ScoredVideo]) -> dict[str, float]:
        """The five figures, in percent."""
        values = instance_average_precision(results)
        return {name: round(100 * value, 4) for name, value in values.items()}

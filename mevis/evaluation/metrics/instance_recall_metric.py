"""Whether an object that a sentence may mean is among the tracks at all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mevis.errors import UserError
from mevis.evaluation.functional.tube_iou import tube_iou
from mevis.evaluation.metrics.instance_pairs import tracks_of
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS


@METRICS.register_module()
class InstanceRecallMetric(KeyedMetric):
    """For every annotated object the best spatio-temporal IoU among the K best tracks.

    It says whether an initializer that is handed K tracks can know the target.  Categories do not
    matter.  Gives, in percent, ``instance_recall@K``: the share of objects with an IoU of at least
    ``iou_threshold``, and ``instance_iou@K``: the mean of the best IoU.  Objects that are seen in
    no frame do not count.  Figures are means over objects of all videos.

    Args:
        top_k: The numbers K of tracks.
        iou_threshold: When an object counts as found.

    Raises:
        UserError: If a K is not positive.
    """

    figures = r'instance_(recall|iou)@\d+'

    def __init__(
        self, top_k: Sequence[int] = tuple(range(1, 21)), iou_threshold: float = 0.5
    ) -> None:
        super().__init__()
        if not top_k or min(top_k) < 1:
            raise UserError(f'InstanceRecallMetric.top_k {list(top_k)}: numbers of at least 1.')
        self.top_k = tuple(top_k)
        self.iou_threshold = iou_threshold

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the best IoU of each object for each K."""
        for sample in data_samples:
            predicted, truth = tracks_of(sample)
            ious = tube_iou(predicted.top(max(self.top_k)), truth)
            seen = [any(rle is not None for rle in track) for track in truth.rles]
            self.results.append((sample['video'], self._best(ious[:, seen])))

    def compute_metrics(self, results: list[np.ndarray]) -> dict[str, float]:
        """Recall and mean IoU for each K, in percent; nan if nothing is annotated."""
        best = np.concatenate([np.zeros((0, len(self.top_k))), *results])
        found = best >= self.iou_threshold
        values = {}
        for name, table in (('recall', found), ('iou', best)):
            for k, column in zip(self.top_k, table.T, strict=True):
                mean = float(column.mean()) if len(column) else float('nan')
                values[f'instance_{name}@{k}'] = round(100 * mean, 4)
        return values

    def _best(self, ious: np.ndarray) -> np.ndarray:
        """(objects, len(top_k)): the best of the first k rows; 0 without any track."""
        padded = np.concatenate([np.zeros((1, ious.shape[1])), ious])
        running = np.maximum.accumulate(padded)
        return running[np.minimum(self.top_k, len(ious))].T

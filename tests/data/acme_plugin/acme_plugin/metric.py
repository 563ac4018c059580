"""How much is marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS
from mevis.structures import decode_rle


@METRICS.register_module()
class AcmeCoverageMetric(KeyedMetric):
    """The mean share of the frame that answers cover, in percent."""

    default_prefix = 'acme'

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Notes the shares of every answer."""
        for sample in data_samples:
            shares = [
                float(decode_rle(answer.rles, sample['ori_shape']).mean())
                for answer in sample['predictions']
            ]
            self.results.append((sample['video'], shares))

    def compute_metrics(self, results: list[list[float]]) -> dict[str, float]:
        """The mean over all answers."""
        shares = [share for video in results for share in video]
        return {'coverage': 100 * sum(shares) / len(shares)}

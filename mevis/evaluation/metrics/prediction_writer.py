"""Writes predictions where no metric does."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.evaluation.prediction_store import PredictionStore
from mevis.registry import METRICS


@METRICS.register_module()
class PredictionWriter(KeyedMetric):
    """Writes the answers to each video as soon as they are there; gives no figures.

    ``tools/test.py`` adds it where no configured metric stores answers, so that an archive can be
    written, masks refined and figures computed later, whatever was measured.

    Args:
        store_dir: Folder for the answers.
        fingerprint: What the answers follow from; see :class:`PredictionStore`.
    """

    figures = r'(?!)'

    def __init__(self, store_dir: str, fingerprint: Mapping[str, str]) -> None:
        super().__init__()
        self.store_dir, self.fingerprint = store_dir, dict(fingerprint)

    @cached_property
    def _store(self) -> PredictionStore:
        """Opened when the first answer comes."""
        return PredictionStore(self.store_dir, self.fingerprint)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Writes the answers to videos; a model that finds instances alone gives none."""
        for sample in data_samples:
            if 'predictions' in sample:
                self._store.write(sample['video'], sample['frame_names'], sample['predictions'])
            self.results.append((sample['video'], None))

    def compute_metrics(self, results: list[None]) -> dict[str, float]:
        """None."""
        return {}

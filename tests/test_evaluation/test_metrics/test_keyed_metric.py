"""Shares of unequal length are merged by video."""

from mevis.evaluation.metrics import keyed_metric
from mevis.evaluation.metrics.keyed_metric import KeyedMetric


class Listing(KeyedMetric):
    """Keeps what it is handed."""

    def process(self, data_batch, data_samples):
        self.results += data_samples

    def compute_metrics(self, results):
        return {'listed': results}


def test_each_video_counts_once_in_the_order_of_names(monkeypatch):
    other = [('b', 2), ('d', 4), ('a', 1)]
    monkeypatch.setattr(keyed_metric, 'all_gather_object', lambda own: [own, other])
    metric = Listing()
    metric.process(None, [('c', 3), ('a', 1)])
    assert metric.evaluate(size=2) == {'listed': [1, 2, 3, 4]}
    assert metric.results == []

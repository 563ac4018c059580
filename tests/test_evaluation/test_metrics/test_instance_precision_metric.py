"""AP from samples."""

import pytest

from mevis.evaluation.metrics import InstancePrecisionMetric
from mevis.registry import METRICS


def test_in_percent(make_sample):
    metric = METRICS.build(dict(type='InstancePrecisionMetric'))
    metric.process(None, [make_sample('a', [(0.9, 0, 8)], [(1, 0, 10)])])  # IoU 0.8
    metric.process(None, [make_sample('b', [(0.8, 1, 5)], [(1, 1, 5)])])  # IoU 1
    values = metric.evaluate(size=2)
    assert values['AP50'] == values['AP75'] == 100
    assert values['AP'] == pytest.approx((70 + 100) / 2)
    assert values['AR1'] == values['AR10'] == pytest.approx((70 + 100) / 2)


def test_two_labels_of_one_query_are_both_scored(make_sample):
    metric = InstancePrecisionMetric()
    truth = [(1, 0, 10)]
    metric.process(None, [make_sample('a', [(0.9, 1, 10), (0.2, 0, 10)], truth)])
    assert metric.evaluate(1)['AP'] == 100


def test_no_track_is_an_answer(make_sample):
    metric = InstancePrecisionMetric()
    metric.process(None, [make_sample('a', [], [(1, 0, 10)])])
    assert metric.evaluate(1)['AP'] == 0

"""The best track of each object, for each K."""

import math

import pytest

from mevis.errors import UserError
from mevis.evaluation.metrics import InstanceRecallMetric


def test_by_hand(make_sample):
    metric = InstanceRecallMetric(top_k=(1, 2, 20))
    # By score the tracks cover 2, 8 and 4 of 10 columns; categories do not matter.
    tracks = [(0.5, 3, 8), (0.9, 1, 2), (0.1, 2, 4)]
    metric.process(None, [make_sample('a', tracks, [(1, 0, 10), (1, 0, 4)])])
    metric.process(None, [make_sample('b', [], [(1, 0, 5), (1, 0, 0)])])  # one is never seen
    values = metric.evaluate(2)
    iou = {
        1: [2 / 10, 2 / 4, 0],
        2: [8 / 10, 2 / 4, 0],
        20: [8 / 10, 1, 0],
    }
    for k, best in iou.items():
        assert values[f'instance_iou@{k}'] == pytest.approx(100 * sum(best) / 3, abs=1e-4)
    assert values['instance_recall@1'] == pytest.approx(100 / 3, abs=1e-4)
    assert values['instance_recall@2'] == pytest.approx(200 / 3, abs=1e-4)


def test_one_to_twenty_by_default(make_sample):
    metric = InstanceRecallMetric()
    metric.process(None, [make_sample('a', [(0.9, 0, 3)], [(1, 0, 3)])])
    values = metric.evaluate(1)
    assert [values[f'instance_recall@{k}'] for k in range(1, 21)] == [100] * 20
    assert len(values) == 40


def test_nothing_annotated(make_sample):
    metric = InstanceRecallMetric(top_k=(1,))
    metric.process(None, [make_sample('a', [(0.9, 0, 3)], [])])
    assert math.isnan(metric.evaluate(1)['instance_recall@1'])


def test_no_k():
    with pytest.raises(UserError, match=r'top_k \[0, 1\]'):
        InstanceRecallMetric(top_k=(0, 1))

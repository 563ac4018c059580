"""Shares of a test for independent jobs."""

import pytest

from mevis.apis.running.shards import check_mergeable, plan_shard
from mevis.boundary.shard import Shard
from mevis.errors import UserError
from mevis.registry import DATASETS

COSTS = {'a': 5, 'b': 1, 'c': 9, 'd': 2, 'e': 2, 'f': 7, 'g': 4}


@DATASETS.register_module()
class CostlyVideos:
    def __init__(self, pipeline, skip_videos=()):
        self.videos = [video for video in COSTS if video not in skip_videos]

    def item_videos(self):
        return self.videos

    def item_costs(self):
        return [COSTS[video] for video in self.videos]


@DATASETS.register_module()
class NamelessVideos:
    def __init__(self, pipeline):
        pass


DATASET = dict(type='CostlyVideos', pipeline=['of pixels'], skip_videos=['b'])


@pytest.mark.parametrize('count', [1, 2, 3, 4, 9])
def test_every_video_is_in_one_shard(count):
    plans = [plan_shard(DATASET, Shard(number, count), ()) for number in range(1, count + 1)]
    videos = sorted(COSTS.keys() - {'b'})
    assert sorted(video for plan in plans for video in plan.left) == videos
    assert all(sorted([*plan.left, *plan.others]) == videos for plan in plans)
    if count <= 4:
        loads = [sum(COSTS[video] for video in plan.left) for plan in plans]
        assert max(loads) - min(loads) <= max(COSTS.values()) - min(COSTS.values())


def test_what_is_done_does_not_move_the_shares():
    first = plan_shard(DATASET, Shard(1, 2), ())
    later = plan_shard(DATASET, Shard(1, 2), {'c', 'd', 'elsewhere'})
    assert later.others == first.others
    assert set(later.left) == set(first.left) - {'c', 'd'}
    assert sorted(later.done + later.left) == sorted(first.left)
    assert str(first) == 'shard 1/2: 3 videos, 0 of them are done already'


def test_logs_of_shards_are_apart():
    plans = [plan_shard(DATASET, Shard(number, 2), ()) for number in (1, 2)]
    assert [plan.log_dir('work') for plan in plans] == ['work/shards/1-of-2', 'work/shards/2-of-2']


def test_a_data_set_that_cannot_be_divided_says_so():
    with pytest.raises(UserError, match='NamelessVideos has no item_videos'):
        plan_shard(dict(type='NamelessVideos'), Shard(1, 2), ())


def test_metrics_that_keep_nothing_are_refused():
    check_mergeable([dict(type='RefVidSegMetric', store_only=True)])
    with pytest.raises(UserError, match='AcmeMetric .* keeps nothing'):
        check_mergeable([dict(type='RefVidSegMetric', store_only=True), dict(type='AcmeMetric')])

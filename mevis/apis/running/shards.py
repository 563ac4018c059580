"""Work that independent jobs share: which videos are those of this one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.registry import init_default_scope

from mevis.boundary.shard import Shard
from mevis.engine.samplers.cost_balanced_sampler import shares_by_cost
from mevis.errors import UserError
from mevis.registry import DATASETS


@dataclass(frozen=True)
class ShardPlan:
    """What a shard has to do.

    Attributes:
        shard: Which one.
        others: Videos that it leaves to other shards.
        left: Videos of it that are not done yet.
        done: Videos of it that are.
    """

    shard: Shard
    others: tuple[str, ...]
    left: tuple[str, ...]
    done: tuple[str, ...]

    def log_dir(self, work_dir: str | Path) -> str:
        """A folder of its own for the logs of a shard; they would overwrite one another."""
        return str(Path(work_dir) / 'shards' / self.shard.name)

    def __str__(self) -> str:
        count = len(self.left) + len(self.done)
        return f'shard {self.shard}: {count} videos, {len(self.done)} of them are done already'


def plan_shard(dataset: Mapping[str, Any], shard: Shard, done: Collection[str]) -> ShardPlan:
    """Distributes the videos of a test over shards of about equal cost (frames x sentences).

    The shares follow from the dataset alone, not from what is done, for jobs start at different
    times and must come to the same shares.

    Args:
        dataset: Config of the test dataset, before anything that is done is left out.
        shard: The part of this job.
        done: Videos whose results are there.

    Raises:
        UserError: If the dataset does not name its videos.
    """
    init_default_scope('mevis')
    built = DATASETS.build({**dataset, 'pipeline': []})
    if not (hasattr(built, 'item_videos') and hasattr(built, 'item_costs')):
        raise UserError(
            f'--shard: {type(built).__name__} has no item_videos() and item_costs(), so its work'
            ' cannot be divided. See docs/extend/dataset.md.'
        )
    videos, costs = built.item_videos(), built.item_costs()
    own = [videos[item] for item in shares_by_cost(costs, shard.count)[shard.number - 1]]
    taken = set(own)
    return ShardPlan(
        shard,
        tuple(video for video in videos if video not in taken),
        tuple(video for video in own if video not in done),
        tuple(video for video in own if video in done),
    )


def check_mergeable(evaluator: Sequence[Mapping[str, Any]]) -> None:
    """Refuses metrics that keep nothing on disk: each would see the videos of one shard alone.

    Raises:
        UserError: Names the metric.
    """
    for metric in evaluator:
        if 'store_only' not in metric:
            raise UserError(
                f'--shard: the metric {metric["type"]} (test_evaluator) keeps nothing from which'
                ' shards could be merged. Use RefVidSegMetric, or several processes of one job:'
                ' tools/dist_test.sh.'
            )

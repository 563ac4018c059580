"""Metrics that merge the shares of all ranks by video."""

from abc import abstractmethod
from typing import Any

from mmengine.dist import all_gather_object
from mmengine.evaluator import BaseMetric


class KeyedMetric(BaseMetric):
    """A metric whose results are (video, record) pairs.

    The engine's own gathering interleaves the ranks' lists and cuts them to the size of
    the dataset, which is wrong for shares of unequal length; here each video counts once.
    Videos come in the order of their names, so neither ranks nor their number matter.
    """

    default_prefix = ''  # figures carry their names as they are
    figures: str | None = None
    """Names of the figures that it may give, as a regular expression; None: any."""

    def __init__(self) -> None:
        super().__init__(collect_device='cpu')

    def evaluate(self, size: int) -> dict[str, float]:
        """Gathers, computes and forgets.

        Args:
            size: Items of the dataset; not used.

        Returns:
            Name -> value, the same on all ranks.
        """
        by_video = dict(pair for share in all_gather_object(self.results) for pair in share)
        self.results.clear()
        return self.compute_metrics([by_video[video] for video in sorted(by_video)])

    @abstractmethod
    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """The figures of the records of all videos."""

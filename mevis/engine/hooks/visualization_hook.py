"""Pictures of what the model answers, while it is validated or tested."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mevis.registry import HOOKS


@HOOKS.register_module()
class RefVidSegVisualizationHook(Hook):
    """Draws some of the answers with the runner's visualizer, and the truth where there is one.

    Args:
        draw: Whether to draw at all.
        interval: Videos from one drawing to the next.
        max_videos: Videos that are drawn per validation or test.
        max_expressions: Sentences that are drawn per video.
    """

    def __init__(
        self,
        draw: bool = False,
        interval: int = 1,
        max_videos: int = 4,
        max_expressions: int = 4,
    ) -> None:
        self.draw = draw
        self.interval = interval
        self.max_videos = max_videos
        self.max_expressions = max_expressions

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Draws the answers to a video of the validation."""
        self._draw(runner, 'val', batch_idx, outputs, runner.iter, runner.val_dataloader)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Draws the answers to a video of the test."""
        self._draw(runner, 'test', batch_idx, outputs, 0, runner.test_dataloader)

    def _draw(
        self, runner: Runner, name: str, batch_idx: int, outputs: Any, step: int, loader: DataLoader
    ) -> None:
        number, rest = divmod(batch_idx, self.interval)
        if not self.draw or runner.rank != 0 or rest or number >= self.max_videos:
            return
        for sample in outputs or []:
            self._add_truth(sample, loader.dataset)
            runner.visualizer.add_datasample(
                f'{name}/{sample.video}',
                None,
                sample,
                max_expressions=self.max_expressions,
                step=step,
            )

    def _add_truth(self, sample: Any, dataset: Any) -> None:
        """Of the sentences that will be drawn; test samples carry none, lest a model sees it."""
        read = getattr(dataset, 'gt_rles', None)
        if read is None:
            return
        drawn = sample.expressions[: self.max_expressions]
        truth = {item.exp_id: read(sample.video, item.exp_id) for item in drawn if item.has_truth}
        if truth:
            sample.gt_rles = truth

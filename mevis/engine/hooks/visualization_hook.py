"""Pictures of what the model answers, while it is validated or tested."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mevis.registry import HOOKS


@HOOKS.register_module()
class RefVidSegVisualizationHook(Hook):
    """Draws some predictions with the runner's visualizer, and the ground truth where there is one.

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
        self._draw(runner, 'val', batch_idx, outputs, runner.iter)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Draws the answers to a video of the test."""
        self._draw(runner, 'test', batch_idx, outputs, 0)

    def _draw(self, runner: Runner, name: str, batch_idx: int, outputs: Any, step: int) -> None:
        number, rest = divmod(batch_idx, self.interval)
        if not self.draw or runner.rank != 0 or rest or number >= self.max_videos:
            return
        for sample in outputs or []:
            runner.visualizer.add_datasample(
                f'{name}/{sample.video}',
                None,
                sample,
                max_expressions=self.max_expressions,
                step=step,
            )

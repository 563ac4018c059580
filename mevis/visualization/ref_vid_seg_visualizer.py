"""Pictures of data samples for the engine's backends."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.dist import master_only
from mmengine.visualization import LocalVisBackend, Visualizer

from mevis.registry import VISUALIZERS
from mevis.structures import RefVidSegDataSample, encode_rle
from mevis.visualization.contact_sheet import Strip, draw_sheet, spread
from mevis.visualization.palette import colour_of


@VISUALIZERS.register_module()
class RefVidSegVisualizer(Visualizer):
    """Draws a video with its sentences as one picture: rows are sentences, columns are frames.

    Each sentence has a colour; below its prediction comes the ground truth, where known.  Only
    the frames that are shown are read, one by one.

    Args:
        name: Of the instance.
        image: Of mmengine.
        vis_backends: Where pictures and figures go, such as ``LocalVisBackend`` (files) or
            ``TensorboardVisBackend``.
        save_dir: Folder of the backends.
        num_columns: Frames that are shown.
        cell_width: Width of a frame in the picture, pixels.
    """

    def __init__(
        self,
        name: str = 'visualizer',
        image: np.ndarray | None = None,
        vis_backends: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        save_dir: str | None = None,
        num_columns: int = 6,
        cell_width: int = 240,
    ) -> None:
        super().__init__(name, image, vis_backends, save_dir)
        self.num_columns = num_columns
        self.cell_width = cell_width

    @master_only
    def add_datasample(
        self,
        name: str,
        image: np.ndarray | None,
        data_sample: RefVidSegDataSample | None = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        step: int = 0,
        max_expressions: int | None = None,
    ) -> None:
        """Draws a sample and hands the picture to the backends.

        Args:
            name: Of the picture.
            image: (T, h, w, 3) uint8 RGB, the frames of a training clip; None: the sample reads
                its own.
            data_sample: With ``predictions``, ``gt_rles``, ``gt_masks`` or none of them.
            draw_gt: Whether to draw the ground truth.
            draw_pred: Whether to draw the answers.
            show: Whether to open a window too.
            wait_time: Seconds that the window stays; 0: until a key is pressed.
            step: Of the training.
            max_expressions: Sentences that are drawn at most.
        """
        picture = self.draw(data_sample, image, draw_gt, draw_pred, max_expressions)
        if show:
            self.show(picture, win_name=name, wait_time=wait_time)
        self.add_image(name, picture, step)

    def draw(
        self,
        sample: RefVidSegDataSample,
        frames: np.ndarray | None = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        max_expressions: int | None = None,
    ) -> np.ndarray:
        """The picture of a sample, (h, w, 3) uint8 RGB; the arguments are those above."""
        size = tuple(sample.ori_shape if frames is None else frames.shape[1:3])
        positions = spread(len(sample.frame_names), self.num_columns)
        strips = [
            strip
            for index, expression in enumerate(sample.expressions[:max_expressions])
            for strip in _strips(sample, index, expression, draw_gt, draw_pred)
        ]
        read = sample.read_frames if frames is None else frames.__getitem__
        titles = [f'frame {sample.frame_indices[position]}' for position in positions]
        return draw_sheet(read, size, positions, titles, strips, self.cell_width)

    @master_only
    def add_image(self, name: str, image: np.ndarray, step: int = 0) -> None:
        """Hands a picture to the backends.

        Args:
            name: Of the picture; parts may be joined by '/'.
            image: (h, w, 3) uint8 RGB.
            step: Of the training.
        """
        for backend in self._vis_backends.values():
            # It writes nothing, and says nothing, where the name asks for a folder.
            local = isinstance(backend, LocalVisBackend)
            backend.add_image(name.replace('/', '_') if local else name, image, step)


def _strips(
    sample: RefVidSegDataSample, index: int, expression: Any, draw_gt: bool, draw_pred: bool
) -> list[Strip]:
    colour = colour_of(index)
    answers = {item.exp_id: item for item in sample.get('predictions', ())}
    answer = answers.get(expression.exp_id) if draw_pred else None
    truth = _truth(sample, expression.exp_id) if draw_gt else None
    strips = []
    if answer is not None:
        caption = f'{expression.text} (score {answer.score:.2f})'
        strips.append(Strip(caption, colour, answer.rles))
    if truth is not None:
        caption = f'ground truth: {expression.text}' if answer is None else 'ground truth'
        strips.append(Strip(caption, colour, truth))
    return strips or [Strip(expression.text, colour, None)]


def _truth(sample: RefVidSegDataSample, exp_id: str) -> Sequence[Any] | None:
    if 'gt_masks' in sample:
        return encode_rle(sample.gt_masks.cpu().numpy())
    if 'gt_rles' in sample:
        return sample.gt_rles.get(exp_id)
    return None

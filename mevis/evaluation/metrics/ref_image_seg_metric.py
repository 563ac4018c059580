"""cIoU, mIoU and precision on images: the metrics of RefCOCO."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.dist import is_main_process

from mevis.errors import UserError
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS
from mevis.structures import decode_rle


@METRICS.register_module()
class RefImageSegMetric(KeyedMetric):
    """Figures of sentences about images, in percent.

    ``cIoU`` (also called overall IoU, oIoU): the intersections of all sentences by their unions;
    large objects count more.  ``mIoU``: the mean IoU of the sentences.  ``P@X``: the share of
    sentences with an IoU above X.  The IoU of two empty masks is 1.  A split without ground truth
    gives no figures.

    Args:
        thresholds: The X of ``P@X``.

    Raises:
        UserError: If a threshold is not between 0 and 1.
    """

    figures = r'cIoU|mIoU|P@0\.\d+'

    def __init__(self, thresholds: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9)) -> None:
        super().__init__()
        if not all(0 < threshold < 1 for threshold in thresholds):
            raise UserError(
                f'RefImageSegMetric.thresholds {list(thresholds)}: numbers between 0 and 1.'
            )
        self.thresholds = tuple(thresholds)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Keeps intersection and union of each sentence, in pixels.

        Raises:
            UserError: If a sample is no image, or a sentence was not answered.
        """
        for sample in data_samples:
            place = f'image {sample["video"]}'
            if len(sample['frame_names']) != 1:
                raise UserError(
                    f'{place}: {len(sample["frame_names"])} frames. RefImageSegMetric is for'
                    ' images; videos are scored by RefVidSegMetric.'
                )
            if 'gt_rles' not in sample:
                self.results.append((sample['video'], np.zeros((0, 2), np.int64)))
                continue
            answers = {answer.exp_id: answer.rles for answer in sample['predictions']}
            missing = sample['gt_rles'].keys() - answers.keys()
            if missing:
                raise UserError(f'{place}: no answer to sentence {min(missing)}.')
            size = tuple(sample['ori_shape'])
            areas = [
                _overlap(answers[exp_id], truth, size, f'{place}, sentence {exp_id}')
                for exp_id, truth in sample['gt_rles'].items()
            ]
            self.results.append((sample['video'], np.asarray(areas, np.int64).reshape(-1, 2)))

    def compute_metrics(self, results: list[np.ndarray]) -> dict[str, float]:
        """The figures over the sentences of all images.

        Raises:
            UserError: If there is no image at all.
        """
        if not results:
            raise UserError('no image was tested: `videos` and the split have none in common.')
        intersections, unions = np.concatenate(results).T
        if not len(unions):
            if is_main_process():
                print('The split has no ground truth, so there are no figures.')
            return {}
        ious = np.where(unions > 0, intersections / np.maximum(unions, 1), 1.0)
        total = int(unions.sum())
        figures = {
            'cIoU': 100 * float(intersections.sum() / total) if total else 100.0,
            'mIoU': 100 * float(ious.mean()),
        }
        for threshold in self.thresholds:
            figures[f'P@{threshold:g}'] = 100 * float((ious > threshold).mean())
        return figures


def _overlap(answer: Any, truth: Any, size: tuple[int, int], place: str) -> tuple[int, int]:
    """Intersection and union."""
    predicted = decode_rle(answer, size, f'{place}: the answer')
    try:
        wanted = decode_rle(truth, size, f'{place}: the ground truth')
    except ValueError as error:
        raise UserError(f'{error} Images and annotations must be of one download.') from error
    return int((predicted & wanted).sum()), int((predicted | wanted).sum())

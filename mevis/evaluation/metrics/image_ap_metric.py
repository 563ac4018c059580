"""Average precision of the masks that a model chose from: mAP of A2D- and JHMDB-Sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from pycocotools import mask as coco_mask

from mevis.errors import UserError
from mevis.evaluation.functional.instance_average_precision import (
    ScoredVideo,
    instance_average_precision,
)
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS
from mevis.structures import Candidate, ExpressionPrediction

FIGURES = {'mAP': 'AP', 'AP50': 'AP50', 'AP75': 'AP75'}
"""Our names -> those of :func:`instance_average_precision`."""


@METRICS.register_module()
class ImageAPMetric(KeyedMetric):
    """``mAP`` over ten thresholds of IoU from 0.5 to 0.95, ``AP50`` and ``AP75``, in percent.

    As in the evaluation of ReferFormer by COCO's code: each sentence about an image is an image of
    its own with one object and one category, and *all* masks that the model chose from are
    detections with their scores (``model.keep_candidates=True``).  Of a model that keeps none the
    answer alone counts, which gives other figures.  A split without ground truth gives none.

    Raises:
        UserError: In ``process``, if a sample is no image or a sentence was not answered.
    """

    figures = '|'.join(FIGURES)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Keeps scores and IoUs of the masks of each sentence."""
        for sample in data_samples:
            place = f'image {sample["video"]}'
            if len(sample['frame_names']) != 1:
                raise UserError(
                    f'{place}: {len(sample["frame_names"])} frames. ImageAPMetric is for images.'
                )
            answers = {answer.exp_id: answer for answer in sample['predictions']}
            truth = sample.get('gt_rles', {})
            missing = truth.keys() - answers.keys()
            if missing:
                raise UserError(f'{place}: no answer to sentence {min(missing)}.')
            scored = [
                _score(answers[exp_id], rles[0], sample['ori_shape'], f'{place}, sentence {exp_id}')
                for exp_id, rles in truth.items()
            ]
            self.results.append((sample['video'], scored))

    def compute_metrics(self, results: list[list[ScoredVideo]]) -> dict[str, float]:
        """The figures over the sentences of all images.

        Raises:
            UserError: If there is no image at all.
        """
        if not results:
            raise UserError('no image was tested: `videos` and the split have none in common.')
        scored = [one for image in results for one in image]
        if not scored:
            if is_main_process():
                print('The split has no ground truth, so there are no figures.')
            return {}
        found = instance_average_precision(scored)
        return {ours: 100 * found[theirs] for ours, theirs in FIGURES.items()}


def _score(
    answer: ExpressionPrediction, truth: Any, size: Sequence[int], place: str
) -> ScoredVideo:
    """One sentence as an image with one object; an object without a pixel cannot be found."""
    candidates = answer.candidates or (Candidate(answer.rles, answer.score),)
    ious = np.zeros((len(candidates), 1))
    if truth is not None:
        if tuple(truth['size']) != tuple(size):
            raise UserError(
                f'{place}: the ground truth is of size {tuple(truth["size"])}, the image of'
                f' {tuple(size)}. Images and annotations must be of one download.'
            )
        ious = coco_mask.iou([one.rles[0] for one in candidates], [truth], [0])
    labels = np.zeros(len(candidates), np.int64)
    scores = np.asarray([one.score for one in candidates])
    return ScoredVideo(scores, labels, np.zeros(1, np.int64), np.asarray(ious))

"""Scores predictions on Long-RVOS: J, F, tIoU and vIoU, per type of sentence."""

from pathlib import Path

import numpy as np

from mevis.apis.scoring.typed_scores import OnVideo, TypedScores, VideoJob
from mevis.datasets.long_rvos import LongRVOSDataset
from mevis.errors import UserError
from mevis.evaluation.expression_score import score_frame
from mevis.evaluation.functional.temporal_iou import temporal_iou
from mevis.structures import Expression


class LongRVOSScores(TypedScores):
    """What predictions on Long-RVOS are worth; see the base class."""

    FIELDS = {'J': 'similarity', 'F': 'accuracy', 'tIoU': 'tIoU', 'vIoU': 'vIoU'}
    OVERALL = 'all'

    def groups(self) -> dict[str, tuple[int, dict[str, float]]]:
        """``all`` and each type -> number of sentences; J&F and the figures, in percent."""
        types, percent = np.asarray(self.types), 100 * self.values
        table = {self.OVERALL: self.means(np.ones(len(types), bool), percent)}
        for name in sorted(set(self.types) - {''}):
            table[name] = self.means(types == name, percent)
        return table


def score_long_rvos(
    data_root: str | Path,
    predictions: str | Path,
    split: str = 'valid',
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> LongRVOSScores:
    """Scores a folder of predictions.

    Args:
        data_root: Folder of the dataset.
        predictions: ``<video>/<expression id>/<frame>.png``, or predictions of tools/test.py.
        split: A split with masks.
        num_workers: Processes; the result does not depend on it.
        on_video: See :data:`OnVideo`.

    Raises:
        UserError: If data or predictions are incomplete or damaged; names the file.
    """
    dataset = LongRVOSDataset(str(data_root), split, {'type': 'AllFramesSampler'}, [], True)
    if not all(e.has_truth for record in dataset.records for e in record.expressions):
        raise UserError(f'{data_root}: split {split} has no Annotations to score against.')
    return LongRVOSScores.of_videos(dataset, predictions, _score_video, num_workers, on_video)


def _score_video(job: VideoJob) -> list[tuple[float, ...]]:
    return [_score_sentence(job, expression) for expression in job.record.expressions]


def _score_sentence(job: VideoJob, expression: Expression) -> tuple[float, ...]:
    size = job.dataset.frame_size(job.record)
    scores, predicted, visible = [], [], []
    for mask, wanted in job.frames(expression, size, 'Unpack the annotations again.'):
        scores.append(score_frame(mask, wanted))
        predicted.append(bool(mask.any()))
        visible.append(bool(wanted.any()))
    similarity, accuracy = np.asarray(scores).T
    both = temporal_iou(similarity, predicted, visible)
    return float(similarity.mean()), float(accuracy.mean()), *both

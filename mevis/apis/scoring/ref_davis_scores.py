"""Scores predictions on Ref-DAVIS17 in both conventions of the literature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from mevis.datasets.object_pixels import read_object_ids
from mevis.datasets.ref_davis import ANNOTATORS, RefDAVISDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.davis_unsupervised import (
    ObjectScore,
    label_map,
    score_objects,
    summarize_objects,
)
from mevis.evaluation.expression_score import ExpressionKey, ExpressionScore, score_expression
from mevis.evaluation.prediction_source import (
    PredictionSource,
    StoredPredictions,
    open_predictions,
)
from mevis.structures.process_pool import map_in_processes


@dataclass(frozen=True)
class RefDAVISScores:
    """What predictions are worth.

    Attributes:
        annotators: Name of a text file -> one score per object of all videos, by the unsupervised
            evaluation of DAVIS 2017.
        sentences: Scores of every sentence on its own.
    """

    annotators: dict[str, list[ObjectScore]]
    sentences: dict[ExpressionKey, ExpressionScore]

    def figures(self) -> dict[str, float]:
        """``J&F``, ``J`` and ``F``: the means over the annotators, in percent; then per one."""
        by_annotator = {name: summarize_objects(rows) for name, rows in self.annotators.items()}
        means = {
            key: float(np.mean([figures[key] for figures in by_annotator.values()]))
            for key in ('J&F', 'J', 'F')
        }
        each = {f'J&F/{name}': figures['J&F'] for name, figures in by_annotator.items()}
        return {**means, **each}


@dataclass(frozen=True)
class _Job:
    dataset: RefDAVISDataset
    record: VideoRecord
    predictions: PredictionSource


def score_ref_davis(
    data_root: str | Path,
    predictions: str | Path,
    split: str = 'val',
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> RefDAVISScores:
    """Scores a folder of predictions.

    Args:
        data_root: Folder with ``DAVIS`` and ``davis_text_annotations``.
        predictions: ``<video>/<expression id>/<frame>.png``, or predictions of tools/test.py, whose
            scores decide between objects that overlap; of PNGs the first object has the pixel.
        split: ``val`` or ``train``.
        num_workers: Processes; the result does not depend on it.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If data or predictions are incomplete or damaged; names the file.
    """
    dataset = RefDAVISDataset(str(data_root), split, {'type': 'AllFramesSampler'}, [], True)
    source = open_predictions(predictions)
    missing = [record.name for record in dataset.records if not source.has_video(record.name)]
    if missing:
        raise UserError(
            f'{predictions}: {len(missing)} of {len(dataset.records)} videos have no predictions,'
            f' such as {missing[0]}. Test the whole split; its evaluation has no score without.'
        )
    annotators: dict[str, list[ObjectScore]] = {name: [] for name in ANNOTATORS}
    sentences: dict[ExpressionKey, ExpressionScore] = {}
    jobs = [_Job(dataset, record, source) for record in dataset.records]
    for done, (by_annotator, scores) in enumerate(
        map_in_processes(_score_video, jobs, min(num_workers, len(jobs))), 1
    ):
        for name, rows in by_annotator.items():
            annotators[name] += rows
        sentences.update(scores)
        on_video(done, len(jobs))
    return RefDAVISScores(annotators, sentences)


def _score_video(
    job: _Job,
) -> tuple[dict[str, list[ObjectScore]], dict[ExpressionKey, ExpressionScore]]:
    record = job.record
    truth = [
        read_object_ids(job.dataset.annotation_path(record.name, name))
        for name in record.frame_names
    ]
    _check_annotation(job, truth)
    by_annotator = {}
    sentences: dict[ExpressionKey, ExpressionScore] = {}
    for annotator, name in enumerate(ANNOTATORS):
        expressions = record.expressions[annotator :: len(ANNOTATORS)]
        _check_order(job, [expression.anno_ids[0] for expression in expressions])
        exp_ids = [expression.exp_id for expression in expressions]
        tubes = [
            list(job.predictions.masks(record.name, exp_id, record.frame_names, truth[0].shape))
            for exp_id in exp_ids
        ]
        scores = _answer_scores(job.predictions, record.name, exp_ids)
        labels = [label_map(masks, scores) for masks in zip(*tubes, strict=True)]
        by_annotator[name] = score_objects(labels, truth, f'{name}, video {record.name}')
        for expression, tube in zip(expressions, tubes, strict=True):
            rles = job.dataset.read_truth(record, expression, range(len(truth)))
            key = (record.name, expression.exp_id)
            sentences[key] = score_expression(tube, rles, True, f'video {record.name}')
    # In the order of the dataset.
    return by_annotator, {
        (record.name, e.exp_id): sentences[record.name, e.exp_id] for e in record.expressions
    }


def _check_annotation(job: _Job, truth: Sequence[np.ndarray]) -> None:
    """One size, and every object that a sentence is about is seen once at least."""
    record, dataset = job.record, job.dataset
    for name, ids in zip(record.frame_names, truth, strict=True):
        if ids.shape != truth[0].shape:
            raise UserError(
                f'{dataset.annotation_path(record.name, name)}: size {ids.shape}, others of its'
                f' video {truth[0].shape}. Unpack the annotations again.'
            )
    seen = set(np.unique(np.concatenate([np.unique(ids) for ids in truth])).tolist())
    for expression in record.expressions:
        if expression.anno_ids[0] not in seen:
            raise UserError(
                f'{dataset.data_root}: video {record.name}, expression {expression.exp_id}: object'
                f' {expression.anno_ids[0]} is in no annotation of the video. Unpack annotations'
                ' and sentences again.'
            )


def _check_order(job: _Job, ids: Sequence[int]) -> None:
    """Objects are matched, so their order decides nothing, but none may come twice."""
    if any(first == second for first, second in pairwise(sorted(ids))):
        raise UserError(
            f'{job.dataset.data_root}: video {job.record.name} has two sentences of one annotator'
            ' about one object. Unpack davis_text_annotations.zip again.'
        )


def _answer_scores(source: PredictionSource, video: str, exp_ids: Sequence[str]) -> list[float]:
    """How sure the model was; equal where only masks are known."""
    if not isinstance(source, StoredPredictions):
        return [0.0] * len(exp_ids)
    answers = source.store.read(video).answers
    return [answers[exp_id].score for exp_id in exp_ids]

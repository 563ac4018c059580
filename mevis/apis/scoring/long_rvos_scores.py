"""Scores predictions on Long-RVOS: J, F, tIoU and vIoU, per type of sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mevis.boundary.formats import SentenceScores
from mevis.datasets.long_rvos import LongRVOSDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionKey, score_frame
from mevis.evaluation.functional.temporal_iou import temporal_iou
from mevis.evaluation.prediction_source import PredictionSource, open_predictions
from mevis.structures import Expression, decode_rle
from mevis.structures.process_pool import map_in_processes

FIGURES = ('J', 'F', 'tIoU', 'vIoU')


@dataclass(frozen=True)
class LongRVOSScores:
    """What predictions are worth.

    Attributes:
        keys: N sentences: (video, expression id).
        values: (N, 4), ``FIGURES`` of each sentence, from 0 to 1.
        types: N, of the sentences; '' where there is none.
        missing: Videos without any prediction; their sentences score 0.
    """

    keys: list[ExpressionKey]
    values: np.ndarray
    types: list[str]
    missing: list[str]

    def figures(self) -> dict[str, float]:
        """``J&F`` and ``FIGURES`` over all sentences, and ``<metric>/<type>``, in percent."""
        return {
            key if name == 'all' else f'{key}/{name}': value
            for name, (_, row) in self.groups().items()
            for key, value in row.items()
        }

    def sentences(self) -> dict[ExpressionKey, SentenceScores]:
        """The scores of each sentence, in the form of the file of scores."""
        found = {}
        for key, row, kind in zip(self.keys, self.values.tolist(), self.types, strict=True):
            similarity, accuracy, temporal, spatial = row
            tags = [kind] if kind else []
            found[key] = SentenceScores(
                similarity, accuracy, tags=tags, tIoU=temporal, vIoU=spatial
            )
        return found

    def groups(self) -> dict[str, tuple[int, dict[str, float]]]:
        """``all`` and each type -> number of sentences; J&F and ``FIGURES``, in percent."""
        groups = {'all': np.ones(len(self.types), bool)}
        for name in sorted(set(self.types) - {''}):
            groups[name] = np.asarray([kind == name for kind in self.types])
        table = {}
        for name, members in groups.items():
            means = (100 * self.values[members].mean(0)).tolist()
            row = dict(zip(FIGURES, means, strict=True))
            table[name] = (int(members.sum()), {'J&F': (row['J'] + row['F']) / 2, **row})
        return table


_Job = tuple[LongRVOSDataset, VideoRecord, PredictionSource]


def score_long_rvos(
    data_root: str | Path,
    predictions: str | Path,
    split: str = 'valid',
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> LongRVOSScores:
    """Scores a folder of predictions.

    Args:
        data_root: Folder of the dataset.
        predictions: ``<video>/<expression id>/<frame>.png``, or predictions of tools/test.py.
        split: A split with masks.
        num_workers: Processes; the result does not depend on it.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If data or predictions are incomplete or damaged; names the file.
    """
    dataset = LongRVOSDataset(str(data_root), split, {'type': 'AllFramesSampler'}, [], True)
    if not all(e.has_truth for record in dataset.records for e in record.expressions):
        raise UserError(f'{data_root}: split {split} has no Annotations to score against.')
    source = open_predictions(predictions)
    missing = [record.name for record in dataset.records if not source.has_video(record.name)]
    if len(missing) == len(dataset.records):
        raise UserError(f'{predictions}: holds none of the {len(missing)} videos of {split}.')
    rows: list[tuple[float, ...]] = []
    jobs: Sequence[_Job] = [(dataset, record, source) for record in dataset.records]
    for done, found in enumerate(map_in_processes(_score_video, jobs, num_workers), 1):
        rows += found
        on_video(done, len(jobs))
    asked = [(record.name, e) for record in dataset.records for e in record.expressions]
    keys = [(video, expression.exp_id) for video, expression in asked]
    types = [next(iter(expression.tags), '') for _, expression in asked]
    return LongRVOSScores(keys, np.asarray(rows), types, missing)


def _score_video(job: _Job) -> list[tuple[float, ...]]:
    dataset, record, source = job
    if not source.has_video(record.name):
        return [(0.0,) * len(FIGURES)] * len(record.expressions)
    return [_score_sentence(job, expression) for expression in record.expressions]


def _score_sentence(job: _Job, expression: Expression) -> tuple[float, ...]:
    dataset, record, source = job
    size = dataset.frame_size(record)
    place = f'{dataset.data_root}: video {record.name}, expression {expression.exp_id}'
    rles = dataset.read_truth(record, expression, range(len(record.frame_names)))
    masks = source.masks(record.name, expression.exp_id, record.frame_names, size)
    scores, predicted = [], []
    for mask, rle in zip(masks, rles, strict=True):
        try:
            wanted = decode_rle([rle], size, place)[0]
        except ValueError as error:
            raise UserError(f'{error} Unpack the annotations again.') from error
        scores.append(score_frame(mask, wanted))
        predicted.append(bool(mask.any()))
    similarity, accuracy = np.asarray(scores).T
    both = temporal_iou(similarity, predicted, [rle is not None for rle in rles])
    return float(similarity.mean()), float(accuracy.mean()), *both

"""Scores predictions against the annotation files of a split, as the official script does."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.expression_score import (
    ExpressionKey,
    ExpressionScore,
    no_answer,
    score_expression,
)
from mevis.evaluation.prediction_source import PredictionSource, Size, open_predictions
from mevis.structures import Expression
from mevis.structures.mask_store import MaskStore
from mevis.structures.process_pool import map_in_processes

OnVideo = Callable[[int, int], None]


@dataclass(frozen=True)
class ScoredSplit:
    """What a split's predictions are worth.

    Attributes:
        scores: In the order of the annotations.
        tags: Kinds of each expression.
        missing: Videos without any prediction; their expressions score 0.
    """

    scores: dict[ExpressionKey, ExpressionScore]
    tags: dict[ExpressionKey, tuple[str, ...]]
    missing: list[str]

    def official_form(self) -> dict[str, list[float]]:
        """``{"<video>_<expression id>": [J, F]}`` from 0 to 1, as the official script writes.

        Raises:
            UserError: If two expressions have the same key there.
        """
        found: dict[str, list[float]] = {}
        for (video, exp_id), score in self.scores.items():
            key = f'{video}_{exp_id}'
            if key in found:
                raise UserError(
                    f'{key}: the key of two expressions in the form of the official script.'
                    ' Use --scores, which keeps videos and expressions apart.'
                )
            found[key] = [score.similarity, score.accuracy]
        return found


@dataclass(frozen=True)
class _VideoJob:
    record: VideoRecord
    masks: MaskStore
    predictions: PredictionSource


def score_predictions(
    annotations: str | Path,
    masks: str | Path,
    predictions: str | Path,
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> ScoredSplit:
    """Scores a folder of predictions.

    Args:
        annotations: ``meta_expressions.json`` of the split.
        masks: Its ``mask_dict.json``.
        predictions: A tree of PNG files or the predictions of tools/test.py.
        num_workers: Processes; the result does not depend on it.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If annotations or predictions are incomplete or damaged; names the file.
    """
    annotations = Path(annotations)
    records = _read_records(annotations)
    store, source = MaskStore.open(masks), open_predictions(predictions, annotations)
    missing = [record.name for record in records if not source.has_video(record.name)]
    if len(missing) == len(records):
        raise UserError(
            f'{predictions}: holds none of the {len(records)} videos of {annotations}, such as'
            f' {missing[0]}. Are these predictions of another split, or in a folder below?'
        )
    jobs = (_VideoJob(record, store, source) for record in records)
    scores: dict[ExpressionKey, ExpressionScore] = {}
    for done, video_scores in enumerate(map_in_processes(_score_video, jobs, num_workers), 1):
        scores.update(video_scores)
        on_video(done, len(records))
    tags = {
        (record.name, expression.exp_id): expression.tags
        for record in records
        for expression in record.expressions
    }
    return ScoredSplit(scores, tags, missing)


def _read_records(path: Path) -> list[VideoRecord]:
    records = []
    annotated = False
    for name, video in read_meta_expressions(path).items():
        records.append(make_record(path, name, video, has_truth=True))
        annotated = annotated or any(e.anno_id is not None for e in video.expressions.values())
    if not annotated:
        raise UserError(
            f'{path}: names no annotated objects (anno_id), so there is nothing to score with.'
            ' Splits without ground truth are scored by the server: tools/make_submission.py.'
        )
    return records


def _score_video(job: _VideoJob) -> dict[ExpressionKey, ExpressionScore]:
    record = job.record
    tracks = {e.exp_id: read_truth(job.masks, record, e) for e in record.expressions}
    answered = job.predictions.has_video(record.name)
    size = _first_size(tracks.values())
    scores = {}
    for expression in record.expressions:
        key, has_target = (record.name, expression.exp_id), bool(expression.anno_ids)
        if not answered:
            scores[key] = no_answer(has_target)
            continue
        masks = job.predictions.masks(*key, record.frame_names, size, expression.text)
        name = f'{job.masks.name}: video {record.name}, expression {expression.exp_id}'
        scores[key] = score_expression(masks, tracks[expression.exp_id], has_target, name)
    return scores


def read_truth(
    masks: MaskStore, record: VideoRecord, expression: Expression
) -> list[dict[str, Any] | None]:
    """The union of an expression's objects in every frame of its video.

    Raises:
        UserError: If an object lacks masks.
    """
    for anno_id in expression.anno_ids:
        masks.check_length(anno_id, record.name, len(record.frame_names))
    return masks.union(expression.anno_ids, range(len(record.frame_names)))


def _first_size(tracks: Iterable[Sequence[dict[str, Any] | None]]) -> Size | None:
    """(H, W) of the first mask of a video; None if it has none."""
    present = (rle for track in tracks for rle in track if rle is not None)
    return next((tuple(rle['size']) for rle in present), None)

"""Scores predictions on ReVOS: J, F, A and R, per type of sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mevis.boundary.formats import RevosForeground, SentenceScores
from mevis.boundary.json_file import read_json
from mevis.boundary.rle import check_runs, check_size, compressed
from mevis.datasets.revos import TYPES, ReVOSDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionKey, score_frame
from mevis.evaluation.functional.robustness import pixel_accuracy, robustness
from mevis.evaluation.prediction_source import PredictionSource, open_predictions
from mevis.structures import Expression, decode_rle
from mevis.structures.process_pool import map_in_processes

FIGURES = ('J', 'F', 'A', 'R')
OVERALL = TYPES[:2]
"""The types whose plain mean is the overall figure."""
_AGAIN = 'Download it again.'


@dataclass(frozen=True)
class ReVOSScores:
    """What predictions are worth.

    Attributes:
        keys: N sentences: (video, expression id).
        values: (N, 4), ``FIGURES`` of each sentence, from 0 to 1; R is NaN without the file of the
            foreground.
        types: N, of the sentences; '' where there is none.
        missing: Videos without any prediction; their sentences score 0.
    """

    keys: list[ExpressionKey]
    values: np.ndarray
    types: list[str]
    missing: list[str]

    def figures(self) -> dict[str, float]:
        """``J&F`` and ``FIGURES`` overall, and ``<metric>/<type>``, in percent."""
        return {
            key if name == 'overall' else f'{key}/{name}': value
            for name, (_, row) in self.groups().items()
            for key, value in row.items()
        }

    def sentences(self) -> dict[ExpressionKey, SentenceScores]:
        """The scores of each sentence, in the form of the file of scores."""
        found = {}
        for key, row, kind in zip(self.keys, self.values.tolist(), self.types, strict=True):
            similarity, accuracy, pixels, robust = row
            found[key] = SentenceScores(
                similarity,
                accuracy,
                tags=[kind] if kind else [],
                pixel_accuracy=pixels,
                robustness=None if np.isnan(robust) else robust,
            )
        return found

    def groups(self) -> dict[str, tuple[int, dict[str, float]]]:
        """``overall`` and each type -> number of sentences; J&F and ``FIGURES``, in percent.

        As in the official script each sentence is rounded to a hundredth of a percent first, and
        ``overall`` is the mean of the referring and the reasoning figure, however many sentences
        either has; of one alone where there is only one.
        """
        rounded = np.round(100 * self.values, 2)
        table: dict[str, tuple[int, dict[str, float]]] = {}
        for name in TYPES:
            members = np.asarray([kind == name for kind in self.types], bool)
            if members.any():
                means = dict(zip(FIGURES, rounded[members].mean(0).tolist(), strict=True))
                row = {'J&F': (means['J'] + means['F']) / 2, **means}
                table[name] = (int(members.sum()), row)
        parts = [table[name] for name in OVERALL if name in table]
        if not parts:
            return table
        overall = {key: float(np.mean([row[key] for _, row in parts])) for key in parts[0][1]}
        return {'overall': (sum(count for count, _ in parts), overall), **table}


@dataclass(frozen=True)
class _Job:
    dataset: ReVOSDataset
    record: VideoRecord
    source: PredictionSource
    foreground: Sequence[Any] | None


def score_revos(
    data_root: str | Path,
    predictions: str | Path,
    split: str = 'valid',
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> ReVOSScores:
    """Scores a folder of predictions.

    Args:
        data_root: Folder of the dataset; R needs its ``mask_dict_foreground.json``.
        predictions: ``<video>/<expression id>/<frame>.png``, or answers of tools/test.py.
        split: The split.
        num_workers: Processes; the result does not depend on it.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If data or predictions are incomplete or damaged; names the file.
    """
    dataset = ReVOSDataset(str(data_root), split, {'type': 'AllFramesSampler'}, [], True)
    source = open_predictions(predictions)
    missing = [record.name for record in dataset.records if not source.has_video(record.name)]
    if len(missing) == len(dataset.records):
        raise UserError(f'{predictions}: holds none of the {len(missing)} videos of {split}.')
    foreground = _read_foreground(dataset)
    jobs = [
        _Job(dataset, record, source, None if foreground is None else foreground[record.name])
        for record in dataset.records
    ]
    rows: list[tuple[float, ...]] = []
    for done, found in enumerate(map_in_processes(_score_video, jobs, num_workers), 1):
        rows += found
        on_video(done, len(jobs))
    asked = [(record.name, e) for record in dataset.records for e in record.expressions]
    keys = [(video, expression.exp_id) for video, expression in asked]
    types = [next(iter(expression.tags), '') for _, expression in asked]
    return ReVOSScores(keys, np.asarray(rows), types, missing)


def _read_foreground(dataset: ReVOSDataset) -> Mapping[str, Sequence[Any]] | None:
    """Video -> an RLE, or several, per frame; None without the file."""
    path = dataset.data_root / 'mask_dict_foreground.json'
    if not path.is_file():
        return None
    content = read_json(path, dict[str, RevosForeground])
    for record in dataset.records:
        entry = content.get(record.name)
        count = 0 if entry is None else len(entry.masks_rle)
        if count != len(record.frame_names):
            raise UserError(
                f'{path}: video {record.name}: {count} masks for {len(record.frame_names)} frames.'
                f' {_AGAIN}'
            )
    return {record.name: content[record.name].masks_rle for record in dataset.records}


def _score_video(job: _Job) -> list[tuple[float, ...]]:
    record = job.record
    if not job.source.has_video(record.name):
        none = 0.0 if job.foreground is not None else float('nan')
        return [(0.0, 0.0, 0.0, none)] * len(record.expressions)
    size = job.dataset.frame_size(record)
    areas = None if job.foreground is None else _areas(job, size)
    return [_score_sentence(job, expression, size, areas) for expression in record.expressions]


def _areas(job: _Job, size: tuple[int, int]) -> list[int]:
    """Pixels of the foreground per frame."""
    areas = []
    place = f'{job.dataset.data_root / "mask_dict_foreground.json"}: video {job.record.name}'
    for frame, entry in enumerate(job.foreground or ()):
        here = f'{place}, frame {frame}'
        masks = entry if isinstance(entry, list) else [entry] if entry else []
        rles = [compressed(mask, here) for mask in masks]
        for rle in rles:
            check_size(rle['size'], size, here)
        check_runs(rles, here)
        areas.append(int(sum(coco_mask.area(rle) for rle in rles)))
    return areas


def _score_sentence(
    job: _Job, expression: Expression, size: tuple[int, int], areas: list[int] | None
) -> tuple[float, ...]:
    record = job.record
    place = f'{job.dataset.data_root}: video {record.name}, expression {expression.exp_id}'
    rles = job.dataset.read_truth(record, expression, range(len(record.frame_names)))
    masks = job.source.masks(record.name, expression.exp_id, record.frame_names, size)
    rows = []
    for frame, (mask, rle) in enumerate(zip(masks, rles, strict=True)):
        try:
            wanted = decode_rle([rle], size, place)[0]
        except ValueError as error:
            raise UserError(f'{error} Download frames and mask_dict.json again.') from error
        robust = float('nan') if areas is None else robustness(mask, wanted, areas[frame])
        rows.append((*score_frame(mask, wanted), pixel_accuracy(mask, wanted), robust))
    return tuple(np.mean(rows, 0).tolist())

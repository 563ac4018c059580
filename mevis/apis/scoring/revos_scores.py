"""Scores predictions on ReVOS: J, F, A and R, per type of sentence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mevis.apis.scoring.typed_scores import OnVideo, TypedScores, VideoJob
from mevis.boundary.formats import RevosForeground
from mevis.boundary.json_file import read_json
from mevis.boundary.rle import check_runs, check_size, compressed
from mevis.datasets.revos import TYPES, ReVOSDataset
from mevis.errors import UserError
from mevis.evaluation.expression_score import score_frame
from mevis.evaluation.functional.robustness import pixel_accuracy, robustness
from mevis.structures import Expression

_AVERAGED = TYPES[:2]
"""The types whose plain mean is the overall figure."""
_AGAIN = 'Download it again.'


class ReVOSScores(TypedScores):
    """What predictions on ReVOS are worth; R is NaN without the file of the foreground."""

    FIELDS = {'J': 'similarity', 'F': 'accuracy', 'A': 'pixel_accuracy', 'R': 'robustness'}
    OVERALL = 'overall'

    def groups(self) -> dict[str, tuple[int, dict[str, float]]]:
        """``OVERALL`` and each type -> number of sentences; J&F and the figures, in percent.

        As in the official script each sentence is rounded to a hundredth of a percent first, and
        ``OVERALL`` is the mean of the referring and the reasoning figure, however many sentences
        either has; of one alone where there is only one.
        """
        types, rounded = np.asarray(self.types), np.round(100 * self.values, 2)
        found = [name for name in TYPES if name in self.types]
        table = {name: self.means(types == name, rounded) for name in found}
        parts = [table[name] for name in _AVERAGED if name in table]
        if not parts:
            return table
        overall = {key: float(np.mean([row[key] for _, row in parts])) for key in parts[0][1]}
        return {self.OVERALL: (sum(count for count, _ in parts), overall), **table}


def score_revos(
    data_root: str | Path,
    predictions: str | Path,
    split: str = 'valid',
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> ReVOSScores:
    """Scores a folder of predictions.

    Args:
        data_root: Folder of the dataset; R needs its ``mask_dict_foreground.json``.
        predictions: ``<video>/<expression id>/<frame>.png``, or answers of tools/test.py.
        split: The split.
        num_workers: Processes; the result does not depend on it.
        on_video: See :data:`OnVideo`.

    Raises:
        UserError: If data or predictions are incomplete or damaged; names the file.
    """
    dataset = ReVOSDataset(str(data_root), split, {'type': 'AllFramesSampler'}, [], True)
    foreground = _read_foreground(dataset)
    nothing = (0.0, 0.0, 0.0, float('nan') if foreground is None else 0.0)
    return ReVOSScores.of_videos(
        dataset, predictions, _score_video, num_workers, on_video, foreground, nothing
    )


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


def _score_video(job: VideoJob) -> list[tuple[float, ...]]:
    size = job.dataset.frame_size(job.record)
    areas = None if job.extra is None else _areas(job, size)
    return [_score_sentence(job, e, size, areas) for e in job.record.expressions]


def _areas(job: VideoJob, size: tuple[int, int]) -> list[int]:
    """Pixels of the foreground per frame."""
    areas = []
    place = f'{job.dataset.data_root / "mask_dict_foreground.json"}: video {job.record.name}'
    for frame, entry in enumerate(job.extra):
        here = f'{place}, frame {frame}'
        masks = entry if isinstance(entry, list) else [entry] if entry else []
        rles = [compressed(mask, here) for mask in masks]
        for rle in rles:
            check_size(rle['size'], size, here)
        check_runs(rles, here)
        areas.append(int(sum(coco_mask.area(rle) for rle in rles)))
    return areas


def _score_sentence(
    job: VideoJob, expression: Expression, size: tuple[int, int], areas: Sequence[int] | None
) -> tuple[float, ...]:
    again, rows = 'Download frames and mask_dict.json again.', []
    for frame, (mask, wanted) in enumerate(job.frames(expression, size, again)):
        robust = float('nan') if areas is None else robustness(mask, wanted, areas[frame])
        rows.append((*score_frame(mask, wanted), pixel_accuracy(mask, wanted), robust))
    return tuple(np.mean(rows, 0).tolist())

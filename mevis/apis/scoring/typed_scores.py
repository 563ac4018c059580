"""Scores of predictions on a dataset that is reported per type of sentence."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mevis.boundary.formats import SentenceScores
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionKey
from mevis.evaluation.prediction_source import PredictionSource, open_predictions
from mevis.structures import Expression, decode_rle
from mevis.structures.process_pool import map_in_processes

if TYPE_CHECKING:
    from typing_extensions import Self

OnVideo = Callable[[int, int], None]
"""Told after each video how many of how many are done."""


@dataclass(frozen=True)
class VideoJob:
    """What scores one video in a process of its own.

    Attributes:
        dataset: The dataset.
        record: The video.
        source: The predictions.
        extra: What the dataset knows of the video beside its masks; None where nothing.
    """

    dataset: RefVidSegDataset
    record: VideoRecord
    source: PredictionSource
    extra: Any = None

    def frames(
        self, expression: Expression, size: tuple[int, int], again: str
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Prediction and ground truth of a sentence, frame by frame, (H, W) bool.

        Args:
            expression: The sentence.
            size: (H, W) of the frames.
            again: What a user does about masks of another size.

        Raises:
            UserError: If a mask is damaged or of another size.
        """
        record = self.record
        place = f'{self.dataset.data_root}: video {record.name}, expression {expression.exp_id}'
        rles = self.dataset.read_truth(record, expression, range(len(record.frame_names)))
        masks = self.source.masks(record.name, expression.exp_id, record.frame_names, size)
        for mask, rle in zip(masks, rles, strict=True):
            try:
                wanted = decode_rle([rle], size, place)[0]
            except ValueError as error:
                raise UserError(f'{error} {again}') from error
            yield mask, wanted


@dataclass(frozen=True)
class TypedScores(ABC):
    """What predictions are worth; subclasses say which figures there are and how they average.

    Attributes:
        keys: N sentences: (video, expression id).
        values: (N, M), the M figures of each sentence, from 0 to 1; NaN where one is not known.
        types: N, of the sentences; '' where there is none.
        missing: Videos without any prediction; their sentences score 0.
    """

    FIELDS: ClassVar[Mapping[str, str]]
    """Figure -> where :class:`SentenceScores` keeps it; the M of them."""
    OVERALL: ClassVar[str]
    """What :meth:`groups` calls the one whose figures carry no type."""

    keys: list[ExpressionKey]
    values: np.ndarray
    types: list[str]
    missing: list[str]

    @classmethod
    def of_videos(
        cls,
        dataset: RefVidSegDataset,
        predictions: str | Path,
        score_video: Callable[[VideoJob], list[tuple[float, ...]]],
        num_workers: int = 1,
        on_video: OnVideo = lambda done, total: None,
        extra: Mapping[str, Any] | None = None,
        no_answer: tuple[float, ...] = (0.0,) * 4,
    ) -> 'Self':
        """Scores the sentences of all videos.

        Args:
            dataset: With whole videos as items.
            predictions: ``<video>/<expression id>/<frame>.png``, or predictions of tools/test.py.
            score_video: A job -> M figures of each of its sentences; a function of a module, so
                that it reaches other processes.  Asked only for videos with predictions.
            num_workers: Processes; the result does not depend on it.
            on_video: See :data:`OnVideo`.
            extra: Video -> what jobs get as ``extra``.
            no_answer: The M figures of a sentence about a video without predictions.

        Raises:
            UserError: If there are predictions of no video.
        """
        source, records = open_predictions(predictions), dataset.records
        there = [record for record in records if source.has_video(record.name)]
        if not there:
            raise UserError(
                f'{predictions}: holds none of the {len(records)} videos of {dataset.split}.'
            )
        jobs = [VideoJob(dataset, r, source, (extra or {}).get(r.name)) for r in there]
        found: dict[str, list[tuple[float, ...]]] = {}
        for done, rows in enumerate(map_in_processes(score_video, jobs, num_workers), 1):
            found[jobs[done - 1].record.name] = rows
            on_video(done, len(jobs))
        asked = [(record.name, e) for record in records for e in record.expressions]
        rows = [
            row
            for record in records
            for row in found.get(record.name, [no_answer] * len(record.expressions))
        ]
        return cls(
            [(video, expression.exp_id) for video, expression in asked],
            np.asarray(rows),
            [next(iter(expression.tags), '') for _, expression in asked],
            [record.name for record in records if record.name not in found],
        )

    @abstractmethod
    def groups(self) -> dict[str, tuple[int, dict[str, float]]]:
        """``OVERALL`` and each type -> number of sentences; J&F and the figures, in percent."""

    def figures(self) -> dict[str, float]:
        """``J&F`` and the figures overall, and ``<metric>/<type>``, in percent."""
        return {
            key if name == self.OVERALL else f'{key}/{name}': value
            for name, (_, row) in self.groups().items()
            for key, value in row.items()
        }

    def sentences(self) -> dict[ExpressionKey, SentenceScores]:
        """The scores of each sentence, in the form of the file of scores."""
        found = {}
        for key, row, kind in zip(self.keys, self.values.tolist(), self.types, strict=True):
            known = (None if np.isnan(value) else value for value in row)
            scores = dict(zip(self.FIELDS.values(), known, strict=True))
            found[key] = SentenceScores(**scores, tags=[kind] if kind else [])
        return found

    def means(self, members: np.ndarray, values: np.ndarray) -> tuple[int, dict[str, float]]:
        """The number of some sentences, J&F and the means of their figures.

        Args:
            members: (N,) bool.
            values: (N, M), in percent.
        """
        row = dict(zip(self.FIELDS, values[members].mean(0).tolist(), strict=True))
        return int(members.sum()), {'J&F': (row['J'] + row['F']) / 2, **row}

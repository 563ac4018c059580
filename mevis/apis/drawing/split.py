"""Films and contact sheets of videos of a split, with ground truth or answers on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mevis.apis.inference.output import write_overlay
from mevis.datasets.frame_reader import FrameReader
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.structures import ExpressionPrediction
from mevis.visualization import Strip, colour_of, draw_sheet, spread

FPS = 6.0
"""Of MeViS and MovingShapes, whose frames are files without a rate."""


@dataclass(frozen=True)
class SplitDrawer:
    """Draws videos of a dataset.

    Attributes:
        dataset: The split.
        num_columns: Frames on a sheet.
        max_expressions: Sentences of a video that are drawn at most.
    """

    dataset: RefVidSegDataset
    num_columns: int = 6
    max_expressions: int = 8

    def record(self, video: str) -> VideoRecord:
        """A video by its name.

        Raises:
            UserError: If there is none of that name.
        """
        for record in self.dataset.records:
            if record.name == video:
                return record
        raise UserError(f'{self.dataset.data_root}/{self.dataset.split}: no video {video}.')

    def sheet(
        self, video: str, answers: Mapping[str, ExpressionPrediction] | None = None
    ) -> np.ndarray:
        """A video on one page, (h, w, 3) uint8 RGB: predictions if any, and ground truth."""
        record = self.record(video)
        reader = self._reader(record)
        positions = spread(len(record.frame_names), self.num_columns)
        titles = [f'{video} {record.frame_names[position]}' for position in positions]
        strips = []
        for index, expression in enumerate(record.expressions[: self.max_expressions]):
            colour, truth = colour_of(index), self._truth(record, expression.exp_id)
            kinds = f' [{", ".join(expression.tags)}]' if expression.tags else ''
            caption = f'{expression.exp_id}: {expression.text}{kinds}'
            if answers is None:
                strips.append(Strip(caption, colour, truth))
                continue
            strips.append(Strip(f'answer {caption}', colour, answers[expression.exp_id].rles))
            if truth is not None:
                strips.append(Strip('ground truth', colour, truth))
        if not strips:
            strips = [Strip('no sentence', colour_of(0), None)]
        return draw_sheet(reader, reader.size, positions, titles, strips)

    def film(
        self,
        path: str | Path,
        video: str,
        answers: Mapping[str, ExpressionPrediction] | None = None,
    ) -> None:
        """Writes a film of the answers, or of the ground truth without them.

        Args:
            path: An ``.mp4``.
            video: Its name.
            answers: By the id of the sentence.
        """
        record = self.record(video)
        reader = self._reader(record)
        count = len(record.frame_names)
        expressions = record.expressions[: self.max_expressions]
        tracks: list[Sequence[Any]] = []
        for expression in expressions:
            found = self._truth(record, expression.exp_id)
            if answers is not None:
                found = answers[expression.exp_id].rles
            tracks.append([None] * count if found is None else found)
        frames = (reader([position])[0] for position in range(count))
        texts = [expression.text for expression in expressions]
        write_overlay(path, frames, FPS, reader.size, texts, tracks)

    def _reader(self, record: VideoRecord) -> FrameReader:
        paths = [
            str(self.dataset.frame_path(record.name, frame_name))
            for frame_name in record.frame_names
        ]
        return FrameReader(paths, self.dataset.frame_size(record))

    def _truth(self, record: VideoRecord, exp_id: str) -> Sequence[Any] | None:
        return self.dataset.gt_rles(record.name, exp_id)


def open_split(root: str | Path, split: str) -> RefVidSegDataset:
    """A split in MeViS format, for looking at.

    Raises:
        UserError: If it cannot be read.
    """
    from mevis.datasets.mevis import MeViSDataset

    return MeViSDataset(str(root), split, {'type': 'AllFramesSampler'}, [], test_mode=True)

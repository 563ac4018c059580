"""Folders of pictures with a table of sentences."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mevis.datasets import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.registry import DATASETS
from mevis.structures import Expression, encode_rle


@DATASETS.register_module()
class AcmeTableDataset(RefVidSegDataset):
    """``<split>/<video>/frames`` and ``masks``, PNG files by object, and ``sentences.csv``."""

    def load_records(self) -> list[VideoRecord]:
        """Reads names, frames and sentences."""
        records = []
        for folder in sorted((self.data_root / self.split).iterdir()):
            names = tuple(sorted(path.stem for path in (folder / 'frames').iterdir()))
            with (folder / 'sentences.csv').open(encoding='utf-8', newline='') as file:
                rows = list(csv.DictReader(file))
            expressions = tuple(
                Expression(row['id'], row['sentence'], (int(row['object']),)) for row in rows
            )
            records.append(VideoRecord(folder.name, names, expressions))
        return records

    def frame_path(self, video: str, frame_name: str) -> Path:
        """Where a frame lies."""
        return self.data_root / self.split / video / 'frames' / f'{frame_name}.png'

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """Reads the masks of the object that is meant."""
        (target,) = expression.anno_ids
        folder = self.data_root / self.split / record.name / 'masks'
        rles: list[dict[str, Any] | None] = []
        for frame in frames:
            picture = Image.open(folder / f'{record.frame_names[frame]}.png')
            mask = np.asarray(picture) == target
            rles.append(encode_rle(mask[None])[0] if mask.any() else None)
        return rles

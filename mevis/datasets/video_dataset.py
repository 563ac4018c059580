"""Videos of a split as items: clips for training, whole videos for testing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import FRAME_SAMPLERS, TRANSFORMS

Item = int | tuple[int, int]


class VideoDataset(Dataset, ABC):
    """What data sets of sentences and of instances share.

    An item is asked for by its index or, by the resumable data sampler, by (index, serial number
    of the draw).  Everything random about it follows from (seed, serial), so neither workers nor
    their number matter.

    A subclass sets ``_items``, an array (N, n) int32 whose first column is the video of each item.

    Args:
        data_root: Folder of the data set.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        test_mode: Whole videos instead of clips.
        videos: Names of the videos to use;
            all if None.
        skip_videos: Names of videos to leave out, such as those that an interrupted test has done.
        max_redraws: Items that are tried in the place of one in which nothing is to be seen.
        seed: Seed of everything random.

    Raises:
        UserError: If the split cannot be read or ``videos`` names one that it does not have.
    """

    METAINFO: dict[str, Any] = {}
    _items: np.ndarray

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        max_redraws: int = 100,
        seed: int = 0,
    ) -> None:
        self.data_root = Path(data_root)
        self.split = split
        self.frame_sampler = FRAME_SAMPLERS.build(dict(frame_sampler))
        self.pipeline = [TRANSFORMS.build(dict(transform)) for transform in pipeline]
        self.test_mode = test_mode
        self.max_redraws = max_redraws
        self.seed = seed
        if not self.data_root.is_dir():
            raise UserError(
                f'{self.data_root}: no such folder (data_root of the data set).'
                ' docs/guides/data.md says how to get the data.'
            )
        self.records = _choose(self.load_records(), videos, skip_videos, str(self.data_root))

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to metrics and visualizers."""
        return {**self.METAINFO, 'split': self.split}

    @abstractmethod
    def load_records(self) -> list[VideoRecord]:
        """Reads the annotation files of ``split``."""

    @abstractmethod
    def frame_path(self, video: str, frame_name: str) -> Path:
        """Where a frame lies."""

    @abstractmethod
    def clip_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """What the pipeline of a training item starts from."""

    @abstractmethod
    def test_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """What the pipeline of a test item starts from."""

    @abstractmethod
    def visible_clip(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Runs the pipeline of a clip; None if what the clip is about cannot be seen in it."""

    def __len__(self) -> int:
        return len(self._items)

    def item_videos(self) -> list[str]:
        """The video of each item."""
        return [self.records[index].name for index in self._items[:, 0]]

    def __getitem__(self, item: Item) -> dict[str, Any]:
        index, serial = item if isinstance(item, tuple) else (item, item)
        rng = np.random.default_rng([self.seed, int(serial)])
        if self.test_mode:
            return self.run_pipeline(self.test_results(int(index), rng))
        return self._draw_clip(int(index), rng)

    def run_pipeline(self, results: dict[str, Any]) -> dict[str, Any]:
        """Applies the transforms, one after the other."""
        for transform in self.pipeline:
            results = transform(results)
        return results

    def frame_results(
        self, record: VideoRecord, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """What the transforms need to know of some frames of a video."""
        names = [record.frame_names[frame] for frame in frames]
        return {
            'video': record.name,
            'frame_names': names,
            'frame_paths': [str(self.frame_path(record.name, name)) for name in names],
            'frame_indices': frames,
            'num_video_frames': len(record.frame_names),
            'expressions': [],
            'test_mode': self.test_mode,
            'rng': rng,
        }

    def _draw_clip(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        for _ in range(self.max_redraws + 1):
            packed = self.visible_clip(self.clip_results(index, rng))
            if packed is not None:
                return packed
            index = int(rng.integers(len(self)))
        raise UserError(
            f'{self.data_root} ({self.split}): {self.max_redraws} clips in a row show none of the'
            ' objects they are about. Run tools/check_dataset.py, or sample more frames.'
        )


def _choose(
    records: list[VideoRecord],
    videos: Sequence[str] | None,
    skip_videos: Sequence[str],
    name: str,
) -> list[VideoRecord]:
    if videos is not None:
        unknown = sorted(set(videos) - {record.name for record in records})
        if unknown:
            raise UserError(f'{name}: no such video: {", ".join(unknown[:5])} (`videos`).')
        records = [record for record in records if record.name in set(videos)]
    skipped = set(skip_videos)
    return [record for record in records if record.name not in skipped]

"""Videos of a split as items: clips for training, whole videos for testing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mevis.boundary.collection import no_garbage
from mevis.boundary.pictures import picture_size
from mevis.datasets.frame_reader import MEND
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import FRAME_SAMPLERS, TRANSFORMS

Item = int | tuple[int, int]


class VideoDataset(Dataset, ABC):
    """What datasets of sentences and of instances share.

    An item is asked for by its index or, by the resumable data sampler, by (index, serial number
    of the draw).  Everything random about it follows from (seed, serial), so neither workers nor
    their number matter.

    A clip is about one *subject* of its video, such as a sentence; subclasses say how many a video
    has.  A training item is one subject of one video, a test item a whole video that has any.

    Args:
        data_root: Folder of the dataset.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        test_mode: Whole videos instead of clips.
        videos: Names of the videos to use; all if None.
        skip_videos: Names of videos to leave out, such as those that an interrupted test has done.
        centre_stride: None: one training item per subject, its centre frame drawn at random.
            A number n: one per subject and n-th frame, as in the official MUTR with n =
            ``num_frames``; long videos then count more.
        max_redraws: Items that are tried in the place of one in which nothing is to be seen.
        seed: Seed of everything random.

    Raises:
        UserError: If the split cannot be read or ``videos`` names one that it does not have.
    """

    METAINFO: dict[str, Any] = {}

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        centre_stride: int | None = None,
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
                f'{self.data_root}: no such folder (data_root of the dataset).'
                ' docs/guides/data.md says how to get the data.'
            )
        with no_garbage():
            records = self.load_records()
            self.check_records(records)
        self.records = _choose(records, videos, skip_videos, str(self.data_root))
        self._items = self._index_items(centre_stride)

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to metrics and visualizers."""
        return {**self.METAINFO, 'split': self.split}

    @abstractmethod
    def load_records(self) -> list[VideoRecord]:
        """Reads the annotation files of ``split``."""

    def check_records(self, records: Sequence[VideoRecord]) -> None:
        """Looks at what a split holds before some of it is chosen; refuses nothing here."""

    @abstractmethod
    def frame_path(self, video: str, frame_name: str) -> Path:
        """Where a frame lies."""

    @abstractmethod
    def num_subjects(self, record: VideoRecord) -> int:
        """What clips of a video can be about, such as its sentences."""

    @abstractmethod
    def clip_results(
        self, record: VideoRecord, subject: int, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """What the pipeline of a training item starts from.

        Args:
            record: The video.
            subject: From 0 to below :meth:`num_subjects`.
            frames: Indices of the sampled frames.
            rng: Of this item.
        """

    @abstractmethod
    def test_results(
        self, record: VideoRecord, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """What the pipeline of a test item starts from; see :meth:`clip_results`."""

    @abstractmethod
    def visible_clip(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Runs the pipeline of a clip; None if what the clip is about cannot be seen in it."""

    def __len__(self) -> int:
        return len(self._items)

    def item_videos(self) -> list[str]:
        """The video of each item."""
        return [self.records[index].name for index in self._items[:, 0]]

    def item_costs(self) -> list[int]:
        """Work per item, for shares of equal cost: frames x subjects in testing."""
        if not self.test_mode:
            return [1] * len(self)
        records = [self.records[index] for index in self._items[:, 0]]
        return [len(record.frame_names) * self.num_subjects(record) for record in records]

    def __getitem__(self, item: Item) -> dict[str, Any]:
        index, serial = item if isinstance(item, tuple) else (item, item)
        rng = np.random.default_rng([self.seed, int(serial)])
        if self.test_mode:
            record = self.records[self._items[index, 0]]
            frames = self.frame_sampler(len(record.frame_names), 0, rng)
            return self.run_pipeline(self.test_results(record, frames, rng))
        return self._draw_clip(int(index), rng)

    def run_pipeline(self, results: dict[str, Any]) -> dict[str, Any]:
        """Applies the transforms, one after the other; none at all leave what they start from.

        Raises:
            UserError: If one needs what none before it gives, or a clip is not packed.
        """
        for transform in self.pipeline:
            try:
                results = transform(results)
            except KeyError as error:
                if error.args and error.args[0] in results:
                    raise
                raise UserError(
                    f'pipeline of split {self.split!r}: {type(transform).__name__} needs {error},'
                    ' which no transform before it gives. Add one that does, or change the order.'
                ) from error
        # Of testing the model asks; loaded masks may be all that a user wants of a video.
        if not self.test_mode and 'data_samples' not in results:
            raise UserError(
                f'pipeline of split {self.split!r}: it packs no item. Its last transform must be'
                ' PackRefVidSegInputs, or another that gives inputs and data_samples.'
            )
        return results

    def frame_size(self, record: VideoRecord) -> tuple[int, int]:
        """(height, width) of the frames of a video on disk.

        Raises:
            UserError: If its first frame is missing or damaged.
        """
        return picture_size(self.frame_path(record.name, record.frame_names[0]), 'frame', MEND)

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

    def _index_items(self, centre_stride: int | None) -> np.ndarray:
        """(N, 3) int32: video, subject, centre frame (-1: at random)."""
        rows: list[tuple[int, int, int]] = []
        for video, record in enumerate(self.records):
            num_subjects = self.num_subjects(record)
            if self.test_mode:
                rows += [(video, 0, 0)] if num_subjects else []
                continue
            num_frames = len(record.frame_names)
            centres = range(0, num_frames, centre_stride) if centre_stride else (-1,)
            for subject in range(num_subjects):
                rows += [(video, subject, centre) for centre in centres]
        return np.asarray(rows, np.int32).reshape(-1, 3)

    def _sample_clip(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        video, subject, centre = self._items[index].tolist()
        record = self.records[video]
        num_frames = len(record.frame_names)
        centre = int(rng.integers(num_frames)) if centre < 0 else centre
        frames = self.frame_sampler(num_frames, centre, rng)
        return self.clip_results(record, subject, frames, rng)

    def _draw_clip(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        for _ in range(self.max_redraws + 1):
            packed = self.visible_clip(self._sample_clip(index, rng))
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
        if not len(videos):
            raise UserError(f'{name}: `videos` is empty; name some, or leave it out for all.')
        unknown = sorted(set(videos) - {record.name for record in records})
        if unknown:
            raise UserError(f'{name}: no such video: {", ".join(unknown[:5])} (`videos`).')
        records = [record for record in records if record.name in set(videos)]
    skipped = set(skip_videos)
    return [record for record in records if record.name not in skipped]

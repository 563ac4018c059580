"""Videos with sentences: clips for training, whole videos for testing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import FRAME_SAMPLERS, TRANSFORMS
from mevis.structures import Expression

Item = int | tuple[int, int]


class RefVidSegDataset(Dataset, ABC):
    """Base of all data sets: a reader says what a split holds, this class makes items of it.

    A training item is one clip with one expression.  Clips in which the expression's objects
    cannot be seen are replaced by another item, as in the official MUTR; sentences without any
    target are kept.  A test item is one video with *all* its expressions, so that its frames are
    decoded once and what does not depend on the sentence is computed once.

    An item is asked for by its index or, by the resumable data sampler, by (index, serial number
    of the draw).  Everything random about it follows from (seed, serial), so neither workers nor
    their number matter.

    Args:
        data_root: Folder of the data set.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        test_mode: Whole videos instead of clips.
        videos: Names of the videos to use;
            all if None.
        skip_videos: Names of videos to leave out, such as those that an interrupted test has done.
        instance_masks_dir: Folder with one ``<video>.json`` of instance tracks per video, as
            ``tools/extract_instance_masks.py`` writes it.
        centre_stride: None: one training item per expression, its centre frame drawn at random.
            A number n: one per expression and n-th frame, as in the official code with n =
            ``num_frames``; long videos then count more.
        max_redraws: Items that are tried in the place of one without visible object.
        seed: Seed of everything random.

    Raises:
        UserError: If the split cannot be read or ``videos`` names one that it does not have.
    """

    METAINFO: dict[str, Any] = {'dataset_type': 'ref_vid_seg', 'task_name': 'ref_vid_seg'}

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        instance_masks_dir: str | None = None,
        centre_stride: int | None = None,
        max_redraws: int = 100,
        seed: int = 0,
    ) -> None:
        self.data_root = Path(data_root)
        self.split = split
        self.frame_sampler = FRAME_SAMPLERS.build(dict(frame_sampler))
        self.pipeline = [TRANSFORMS.build(dict(transform)) for transform in pipeline]
        self.test_mode = test_mode
        self.instance_masks_dir = Path(instance_masks_dir) if instance_masks_dir else None
        self.max_redraws = max_redraws
        self.seed = seed
        if not self.data_root.is_dir():
            raise UserError(
                f'{self.data_root}: no such folder (data_root of the data set).'
                ' docs/guides/data.md says how to get the data.'
            )
        self.records = _choose(self.load_records(), videos, skip_videos, str(self.data_root))
        self._items = self._index_items(centre_stride)

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
    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the expression's objects as one RLE per frame; None where none is seen."""

    def gt_rles(self, video: str, exp_id: str) -> list[dict[str, Any] | None] | None:
        """The truth of an expression in every frame; None where the split has none.

        Raises:
            KeyError: If there is no such video or expression.
        """
        record = next((record for record in self.records if record.name == video), None)
        if record is None:
            raise KeyError(video)
        expression = {item.exp_id: item for item in record.expressions}[exp_id]
        if not expression.has_truth:
            return None
        return self.read_truth(record, expression, range(len(record.frame_names)))

    def __len__(self) -> int:
        return len(self._items)

    def item_costs(self) -> list[int]:
        """Work per item, for shares of equal cost: frames x expressions in testing."""
        if not self.test_mode:
            return [1] * len(self)
        records = [self.records[index] for index in self._items[:, 0]]
        return [len(record.frame_names) * len(record.expressions) for record in records]

    def item_videos(self) -> list[str]:
        """The video of each item."""
        return [self.records[index].name for index in self._items[:, 0]]

    def __getitem__(self, item: Item) -> dict[str, Any]:
        index, serial = item if isinstance(item, tuple) else (item, item)
        rng = np.random.default_rng([self.seed, int(serial)])
        if self.test_mode:
            return self._run_pipeline(self._test_results(int(index), rng))
        return self._draw_clip(int(index), rng)

    def _draw_clip(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        for _ in range(self.max_redraws + 1):
            results = self._clip_results(index, rng)
            no_target = not results['expressions'][0].anno_ids
            if no_target or any(rle is not None for rle in results['gt_rles']):
                packed = self._run_pipeline(results)
                # Cropping may have removed the object.
                if no_target or packed['data_samples'].gt_masks.any():
                    return packed
            index = int(rng.integers(len(self)))
        raise UserError(
            f'{self.data_root} ({self.split}): {self.max_redraws} clips in a row show none of the'
            ' objects their sentences mean. Run tools/check_dataset.py, or sample more frames.'
        )

    def _run_pipeline(self, results: dict[str, Any]) -> dict[str, Any]:
        for transform in self.pipeline:
            results = transform(results)
        return results

    def _index_items(self, centre_stride: int | None) -> np.ndarray:
        """(N, 3) int32: video, expression, centre frame (-1: at random)."""
        rows: list[tuple[int, int, int]] = []
        for video, record in enumerate(self.records):
            if self.test_mode:
                rows += [(video, 0, 0)] if record.expressions else []
                continue
            num_frames = len(record.frame_names)
            centres = range(0, num_frames, centre_stride) if centre_stride else (-1,)
            for expression in range(len(record.expressions)):
                rows += [(video, expression, centre) for centre in centres]
        return np.asarray(rows, np.int32).reshape(-1, 3)

    def _clip_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        video, exp_index, centre = self._items[index].tolist()
        record = self.records[video]
        expression = record.expressions[exp_index]
        if not expression.has_truth:
            raise UserError(
                f'{self.data_root}: split {self.split!r} has no masks to train on. Use train.'
            )
        num_frames = len(record.frame_names)
        centre = int(rng.integers(num_frames)) if centre < 0 else centre
        frames = self.frame_sampler(num_frames, centre, rng)
        results = self._common_results(record, frames, (expression,), rng)
        results['gt_rles'] = self.read_truth(record, expression, frames)
        return results

    def _test_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        record = self.records[int(self._items[index, 0])]
        frames = self.frame_sampler(len(record.frame_names), 0, rng)
        return self._common_results(record, frames, record.expressions, rng)

    def _common_results(
        self,
        record: VideoRecord,
        frames: list[int],
        expressions: Sequence[Expression],
        rng: np.random.Generator,
    ) -> dict[str, Any]:
        names = [record.frame_names[frame] for frame in frames]
        results: dict[str, Any] = {
            'video': record.name,
            'frame_names': names,
            'frame_paths': [str(self.frame_path(record.name, name)) for name in names],
            'frame_indices': frames,
            'num_video_frames': len(record.frame_names),
            'expressions': list(expressions),
            'test_mode': self.test_mode,
            'rng': rng,
        }
        if self.instance_masks_dir is not None:
            results['instance_masks_path'] = str(self.instance_masks_dir / f'{record.name}.json')
        return results


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

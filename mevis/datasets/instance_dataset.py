"""Videos with annotated instances: clips for training, whole videos for testing."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mevis.datasets.video_dataset import VideoDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError


@dataclass(frozen=True)
class AnnotatedTrack:
    """One object in some frames of a video.

    Attributes:
        track_id: Its id within the data set.
        label: Category index from 0.
        rles: One COCO RLE per frame; None where it is absent.
    """

    track_id: int
    label: int
    rles: Sequence[Mapping[str, Any] | None] = field(repr=False)


class InstanceDataset(VideoDataset):
    """Base of the data sets of instances: a reader says what is annotated, this makes items of it.

    A training item is a clip of one video with all objects that can be seen in it
    (``ClipInstances``); clips without any are replaced by another item.  A test item is a whole
    video, with its annotated tracks where the split has them (``gt_tracks``).

    Args:
        data_root: Folder of the data set.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        test_mode: Whole videos instead of clips.
        videos: Names of the videos to use;
            all if None.
        skip_videos: Names of videos to leave out, such as those that an interrupted test has done.
        centre_stride: None: one training item per video, its centre frame drawn at random.
            A number n: one per n-th frame; long videos then count more.
        max_redraws: Items that are tried in the place of one without visible object.
        seed: Seed of everything random.

    Raises:
        UserError: If the split cannot be read or ``videos`` names one that it does not have.
    """

    METAINFO: dict[str, Any] = {'dataset_type': 'instances', 'task_name': 'instance_seg'}

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
        super().__init__(
            data_root,
            split,
            frame_sampler,
            pipeline,
            test_mode,
            videos,
            skip_videos,
            max_redraws,
            seed,
        )
        self._items = self._index_items(None if test_mode else centre_stride)

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Names of the categories, in the order of the labels."""

    @abstractmethod
    def read_tracks(
        self, record: VideoRecord, frames: Sequence[int]
    ) -> list[AnnotatedTrack] | None:
        """The objects of a video in some frames; None if the split has no annotations."""

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to metrics and visualizers."""
        return {**super().metainfo, 'classes': self.classes}

    def item_costs(self) -> list[int]:
        """Work per item, for shares of equal cost: frames in testing."""
        if not self.test_mode:
            return [1] * len(self)
        return [len(self.records[index].frame_names) for index in self._items[:, 0]]

    def clip_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """A clip with the objects that are seen in it."""
        video, centre = self._items[index].tolist()
        record = self.records[video]
        num_frames = len(record.frame_names)
        centre = int(rng.integers(num_frames)) if centre < 0 else centre
        frames = self.frame_sampler(num_frames, centre, rng)
        tracks = self.read_tracks(record, frames)
        if tracks is None:
            raise UserError(
                f'{self.data_root}: split {self.split!r} has no instances to train on. Use train.'
            )
        results = self.frame_results(record, frames, rng)
        results['gt_tracks'] = [track for track in tracks if any(track.rles)]
        return results

    def test_results(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """A video with its annotated tracks."""
        record = self.records[int(self._items[index, 0])]
        frames = self.frame_sampler(len(record.frame_names), 0, rng)
        results = self.frame_results(record, frames, rng)
        tracks = self.read_tracks(record, frames)
        if tracks is not None:
            results['gt_tracks'] = tracks
        return results

    def visible_clip(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """None if there is no object, or cropping has removed all."""
        if not results['gt_tracks']:
            return None
        packed = self.run_pipeline(results)
        return packed if len(packed['data_samples'].gt_instances) else None

    def _index_items(self, centre_stride: int | None) -> np.ndarray:
        """(N, 2) int32: video, centre frame (-1: at random)."""
        rows = [
            (video, centre)
            for video, record in enumerate(self.records)
            for centre in (
                range(0, len(record.frame_names), centre_stride) if centre_stride else (-1,)
            )
        ]
        return np.asarray(rows, np.int32).reshape(-1, 2)

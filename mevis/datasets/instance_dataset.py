"""Videos with annotated instances: clips for training, whole videos for testing."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mevis.datasets.video_dataset import VideoDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError


@dataclass(frozen=True)
class AnnotatedTrack:
    """One object in some frames of a video.

    Attributes:
        track_id: Its id within the dataset.
        label: Category index from 0.
        rles: One COCO RLE per frame; None where it is absent.
    """

    track_id: int | str
    label: int
    rles: Sequence[Mapping[str, Any] | None] = field(repr=False)


class InstanceDataset(VideoDataset):
    """Base of the datasets of instances: a reader says what is annotated, this makes items of it.

    A training item is a clip of one video with all objects that can be seen in it
    (``ClipInstances``); clips without any are replaced by another item.  A test item is a whole
    video, with its annotated tracks where the split has them (``gt_tracks``).

    The arguments are those of :class:`VideoDataset`; the one subject of a video is all its objects.
    """

    METAINFO: dict[str, Any] = {'dataset_type': 'instances', 'task_name': 'instance_seg'}

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Names of the categories, in the order of the labels."""

    @property
    def annotation_files(self) -> list[Path]:
        """Files that the annotated objects follow from; none where a dataset does not say."""
        return []

    @abstractmethod
    def read_tracks(
        self, record: VideoRecord, frames: Sequence[int]
    ) -> list[AnnotatedTrack] | None:
        """The objects of a video in some frames; None if the split has no annotations."""

    @property
    def metainfo(self) -> dict[str, Any]:
        """What the runner passes on to metrics and visualizers."""
        return {**super().metainfo, 'classes': self.classes}

    def num_subjects(self, record: VideoRecord) -> int:
        """One: its objects together."""
        return 1

    def clip_results(
        self, record: VideoRecord, subject: int, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """A clip with the objects that are seen in it."""
        tracks = self.read_tracks(record, frames)
        if tracks is None:
            raise UserError(
                f'{self.data_root}: split {self.split!r} has no instances to train on. Use train.'
            )
        results = self.frame_results(record, frames, rng)
        results['gt_tracks'] = [track for track in tracks if any(track.rles)]
        return results

    def test_results(
        self, record: VideoRecord, frames: list[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        """A video with its annotated tracks."""
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

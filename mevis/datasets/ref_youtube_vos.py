"""Ref-YouTube-VOS."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mevis.boundary.formats import MeViSVideo
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.object_pixels import read_object_masks
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.registry import DATASETS
from mevis.structures import Expression


@DATASETS.register_module()
class RefYouTubeVOSDataset(RefVidSegDataset):
    """Ref-YouTube-VOS: one object per sentence, annotated every fifth frame.

    Layout::

        data_root/meta_expressions/<split>/meta_expressions.json
        data_root/<split>/JPEGImages/<video>/<frame>.jpg
        data_root/<split>/Annotations/<video>/<frame>.png   (palette: pixel = object id; train)

    The frames that ``meta_expressions.json`` lists are the annotated ones.  The arguments are
    those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'ref_youtube_vos', 'task_name': 'ref_vid_seg'}
    submission_folder = 'Annotations'

    @cached_property
    def _annotations(self) -> Path:
        return self.data_root / self.split / 'Annotations'

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / self.split / 'JPEGImages')

    def load_records(self) -> list[VideoRecord]:
        """Reads ``meta_expressions.json``."""
        path = self.data_root / 'meta_expressions' / self.split / 'meta_expressions.json'
        videos = read_meta_expressions(path)
        if self.split == 'valid':
            videos = self._without_test(videos)
        records = []
        for name, video in videos.items():
            # The object's id is what the pixels of the annotation say.
            expressions = {
                exp_id: entry if entry.obj_id is None else replace(entry, anno_id=entry.obj_id)
                for exp_id, entry in video.expressions.items()
            }
            has_truth = any(entry.anno_id is not None for entry in expressions.values())
            video = replace(video, expressions=expressions)
            records.append(make_record(path, name, video, has_truth))
        return records

    def _without_test(self, videos: dict[str, MeViSVideo]) -> dict[str, MeViSVideo]:
        """As released, the file of valid lists the videos of test too, whose frames it lacks."""
        path = self.data_root / 'meta_expressions' / 'test' / 'meta_expressions.json'
        if not path.is_file():
            return videos
        test = read_meta_expressions(path)
        return {name: video for name, video in videos.items() if name not in test}

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``JPEGImages/<video>/<frame>.jpg``, or ``.png`` and others."""
        return self._frames.path(video, frame_name)

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The pixels of the palette PNG that carry the object's id."""
        folder = self._annotations / record.name
        paths = (folder / f'{record.frame_names[frame]}.png' for frame in frames)
        return read_object_masks(paths, expression.anno_ids)

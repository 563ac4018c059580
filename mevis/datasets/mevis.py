"""MeViS, and every data set in its format."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression
from mevis.structures.mask_store import MaskStore


@DATASETS.register_module()
class MeViSDataset(RefVidSegDataset):
    """MeViS v1 and v2, and MovingShapes.

    Layout::

        data_root/<split>/meta_expressions.json
        data_root/<split>/mask_dict.json            (train and valid_u only)
        data_root/<split>/JPEGImages/<video>/<frame>.jpg

    Where a split has masks, an expression without ``anno_id`` has no target: its truth is empty.
    The arguments are those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'mevis', 'task_name': 'ref_vid_seg'}

    def load_records(self) -> list[VideoRecord]:
        """Reads ``meta_expressions.json`` and opens ``mask_dict.json``."""
        folder = self.data_root / self.split
        path = folder / 'meta_expressions.json'
        mask_file = folder / 'mask_dict.json'
        videos = read_meta_expressions(path)
        has_truth = mask_file.is_file()
        if not has_truth and any(_names_objects(video) for video in videos.values()):
            raise UserError(
                f'{mask_file}: no such file, but {path.name} names objects (anno_id).'
                ' Download it beside meta_expressions.json.'
            )
        self.mask_store = MaskStore.open(mask_file) if has_truth else None
        return [make_record(path, name, video, has_truth) for name, video in videos.items()]

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``JPEGImages/<video>/<frame>.jpg``."""
        return self.data_root / self.split / 'JPEGImages' / video / f'{frame_name}.jpg'

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the annotated objects; None in every frame without a target."""
        assert self.mask_store is not None
        for anno_id in expression.anno_ids:
            self._check_length(record, anno_id)
        return self.mask_store.union(expression.anno_ids, list(frames))

    def _check_length(self, record: VideoRecord, anno_id: int) -> None:
        assert self.mask_store is not None
        entries = self.mask_store.num_frames(anno_id)
        if entries != len(record.frame_names):
            raise UserError(
                f'{self.mask_store.name}: anno_id {anno_id} has {entries} entries, but its video'
                f' {record.name} has {len(record.frame_names)} frames.'
                ' Use the meta_expressions.json and mask_dict.json of one release.'
            )


def _names_objects(video: dict[str, Any]) -> bool:
    return any(entry.get('anno_id') for entry in video.get('expressions', {}).values())

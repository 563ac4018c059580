"""MeViS as instances without categories."""

from collections.abc import Sequence
from pathlib import Path

from mevis.datasets.instance_dataset import AnnotatedTrack, InstanceDataset
from mevis.datasets.mevis_format import MeViSFormat
from mevis.datasets.video_record import VideoRecord
from mevis.registry import DATASETS


@DATASETS.register_module()
class MeViSInstanceDataset(MeViSFormat, InstanceDataset):
    """All objects that the sentences of a video name, as tracks of one category.

    What one fine-tunes an instance segmentor on, and what its recall is measured on.  The arguments
    are those of :class:`InstanceDataset`, the layout that of :class:`MeViSFormat`.
    """

    METAINFO = {'dataset_type': 'mevis_instances', 'task_name': 'instance_seg'}

    @property
    def classes(self) -> tuple[str, ...]:
        """One name."""
        return ('object',)

    @property
    def annotation_files(self) -> list[Path]:
        """What the annotated objects are read from."""
        path = self.annotation_file()
        return [path, path.with_name('mask_dict.json')]

    def read_tracks(
        self, record: VideoRecord, frames: Sequence[int]
    ) -> list[AnnotatedTrack] | None:
        """The named objects, in the order of their ids."""
        if self.mask_store is None:
            return None
        named = {anno_id for item in record.expressions for anno_id in item.anno_ids}
        return [
            AnnotatedTrack(anno_id, 0, self.masks_of(record, anno_id).track(anno_id, frames))
            for anno_id in sorted(named)
        ]

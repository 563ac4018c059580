"""MeViS, and every dataset in its format."""

from collections.abc import Sequence
from typing import Any

from mevis.datasets.mevis_format import MeViSFormat
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.registry import DATASETS
from mevis.structures import Expression


@DATASETS.register_module()
class MeViSDataset(MeViSFormat, RefVidSegDataset):
    """MeViS v1, and MovingShapes and others in its format, in the layout of :class:`MeViSFormat`.

    Where a split has masks, an expression without ``anno_id`` has no target, so its ground truth
    is empty.
    The arguments are those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'mevis', 'task_name': 'ref_vid_seg'}

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the annotated objects; None in every frame without a target."""
        assert self.mask_store is not None
        for anno_id in expression.anno_ids:
            self.masks_of(record, anno_id)
        return self.mask_store.union(expression.anno_ids, list(frames))

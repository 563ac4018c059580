"""ReVOS: sentences that refer, that need reasoning, and that have no target."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mevis.boundary.formats import MeViSExpression
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression
from mevis.structures.mask_store import MaskStore

TYPES = ('referring', 'reasoning', 'hallucination')
"""What the numbers in ``type_id`` stand for."""


@DATASETS.register_module()
class ReVOSDataset(RefVidSegDataset):
    """ReVOS: masks in the form of MeViS, of all splits in one file.

    Layout::

        data_root/meta_expressions_<split>_.json        (train, valid)
        data_root/mask_dict.json
        data_root/JPEGImages/<source>/<video>/<frame>.jpg

    The type of a sentence (referring, reasoning, hallucination) is its tag; one without
    ``anno_id`` has no target.  The arguments are those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'revos', 'task_name': 'ref_vid_seg'}

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / 'JPEGImages')

    @property
    def annotation_path(self) -> Path:
        """The file of the sentences."""
        return self.data_root / f'meta_expressions_{self.split}_.json'

    def load_records(self) -> list[VideoRecord]:
        """Reads the sentences and opens ``mask_dict.json``."""
        path = self.annotation_path
        videos = read_meta_expressions(path)
        self.mask_store = MaskStore.open(self.data_root / 'mask_dict.json')
        records = []
        for name, video in videos.items():
            expressions = {
                exp_id: _with_type(f'{path}: video {name}, expression {exp_id}', entry)
                for exp_id, entry in video.expressions.items()
            }
            records.append(make_record(path, name, replace(video, expressions=expressions), True))
        return records

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``JPEGImages/<source>/<video>/<frame>.jpg``, or ``.png`` and others."""
        return self._frames.path(video, frame_name)

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the annotated objects; None in every frame without a target."""
        for anno_id in expression.anno_ids:
            self.mask_store.check_length(anno_id, record.name, len(record.frame_names))
        return self.mask_store.union(expression.anno_ids, list(frames))


def _with_type(place: str, entry: MeViSExpression) -> MeViSExpression:
    number = entry.type_id
    if number is None:
        return entry
    if type(number) is not int or not 0 <= number < len(TYPES):
        raise UserError(f'{place}: its "type_id" is {number!r:.40}, not 0, 1 or 2.')
    return replace(entry, tags=[TYPES[number]])

"""Long-RVOS: long videos, and three types of sentence."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from mevis.boundary.formats import MeViSExpression
from mevis.boundary.pictures import open_mask
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression, encode_rle


@DATASETS.register_module()
class LongRVOSDataset(RefVidSegDataset):
    """Long-RVOS: masks as one PNG per object and frame in which it is visible.

    Layout::

        data_root/<split>/meta_expressions.json                            (train, valid, test)
        data_root/<split>/JPEGImages/<video>/<frame>.jpg
        data_root/<split>/Annotations/<video>/<object>/<frame>.png         (255: object)

    The ``type`` of a sentence (static, dynamic, static+dynamic) is its tag.  The arguments are
    those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'long_rvos', 'task_name': 'ref_vid_seg'}

    @cached_property
    def _annotations(self) -> Path:
        return self.data_root / self.split / 'Annotations'

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / self.split / 'JPEGImages')

    def load_records(self) -> list[VideoRecord]:
        """Reads ``meta_expressions.json``."""
        path = self.data_root / self.split / 'meta_expressions.json'
        has_truth = self._annotations.is_dir()
        records = []
        for name, video in read_meta_expressions(path).items():
            place = f'{path}: video {name}'
            expressions = {
                exp_id: _with_type(place, exp_id, entry)
                for exp_id, entry in video.expressions.items()
            }
            if not has_truth and any(entry.anno_id is not None for entry in expressions.values()):
                raise UserError(
                    f'{self._annotations}: no such folder, but {path.name} names objects. Unpack'
                    ' the annotations there.'
                )
            records.append(
                make_record(path, name, replace(video, expressions=expressions), has_truth)
            )
        return records

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``JPEGImages/<video>/<frame>.jpg``, or ``.png`` and others."""
        return self._frames.path(video, frame_name)

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of the objects' PNGs; an object without a PNG is not visible."""
        folders = [self._annotations / record.name / str(key) for key in expression.anno_ids]
        for folder in folders:
            if not folder.is_dir():
                raise UserError(
                    f'{folder}: no such folder, but expression {expression.exp_id} refers to this'
                    ' object. Unpack the annotations again.'
                )
        rles: list[dict[str, Any] | None] = []
        for frame in frames:
            paths = [folder / f'{record.frame_names[frame]}.png' for folder in folders]
            masks = [_read_mask(path) for path in paths if path.exists()]
            if len({mask.shape for mask in masks}) > 1:
                raise UserError(f'{paths[0]}: another size than {paths[1]}. Unpack them again.')
            mask = np.logical_or.reduce(masks) if masks else np.zeros((0, 0), bool)
            rles.append(encode_rle(mask[None])[0] if mask.any() else None)
        return rles


def _with_type(place: str, exp_id: str, entry: MeViSExpression) -> MeViSExpression:
    """The object's id is the name of its folder, the type is a tag."""
    if entry.type is not None and not isinstance(entry.type, str):
        raise UserError(
            f'{place}, expression {exp_id}: its "type" is {entry.type!r:.40}, not a text such as'
            ' "static". Download the file again.'
        )
    if entry.type == 'all':
        raise UserError(
            f'{place}, expression {exp_id}: its "type" is "all", the name of the figures over all'
            ' sentences. Call it something else.'
        )
    tags = [entry.type] if entry.type else entry.tags
    return replace(entry, anno_id=entry.obj_id, tags=tags)


def _read_mask(path: Path) -> np.ndarray:
    """(H, W) bool."""
    with open_mask(path, 'annotation', 'Extract the file again.') as image:
        if image.mode not in ('1', 'L', 'P'):
            raise UserError(f'{path}: mode {image.mode}; a mask has one channel. Extract it again.')
        return np.asarray(image) > 0

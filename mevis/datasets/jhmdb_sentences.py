"""JHMDB-Sentences: one sentence about the person of each short video; for testing alone."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from mevis.boundary.formats import JHMDBSample
from mevis.boundary.json_file import read_json
from mevis.boundary.mask_arrays import read_mask_video
from mevis.boundary.names import check_path, is_blank
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression, encode_rle

FILE = 'jhmdb_sentences_samples_metadata.json'
"""The samples of the test: three frames per video that its authors drew once."""
_FRAMES, _MASKS = 'Rename_Images', 'puppet_mask'
_MISSING = 'docs/guides/datasets.md says where to get it.'


@DATASETS.register_module()
class JHMDBSentencesDataset(RefVidSegDataset):
    """JHMDB-Sentences, whose sampled frames are images with one sentence each.

    Layout::

        data_root/jhmdb_sentences_samples_metadata.json
        data_root/Rename_Images/<class>/<video>/<frame>.png
        data_root/puppet_mask/<class>/<video>/puppet_mask.mat

    A record is one sampled frame, ``<class>/<video>/<frame>``.  Paths in the file count from
    ``Rename_Images`` and ``puppet_mask`` on, whatever they begin with.  The arguments are those of
    :class:`RefVidSegDataset`; the only split is ``test``.
    """

    METAINFO = {'dataset_type': 'jhmdb_sentences', 'task_name': 'ref_vid_seg'}

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / _FRAMES)

    def load_records(self) -> list[VideoRecord]:
        """Reads the samples; masks are read when they are asked for."""
        if self.split != 'test':
            raise UserError(f'JHMDB-Sentences has no split {self.split!r:.40}; it is a test alone.')
        path = self.data_root / FILE
        self._masks: dict[str, Path] = {}
        records = []
        for index, (video, frame, masks, _, text) in enumerate(
            read_json(path, list[JHMDBSample], missing=_MISSING)
        ):
            place = f'{path}: sample {index} ({video:.60})'
            if is_blank(text):
                raise UserError(f'{place} has no text. Fill it in or remove the sample.')
            name = str(_inner(frame, _FRAMES, place).with_suffix(''))
            stem = name.split('/')[-1]
            if not (len(stem) < 10 and stem.isascii() and stem.isdecimal() and int(stem)):
                raise UserError(f'{place}: frame {stem!r:.40} is not a number from 1 on.')
            if name in self._masks:
                raise UserError(f'{place}: frame {name} comes twice. Download the file again.')
            self._masks[name] = self.data_root / _MASKS / _inner(masks, _MASKS, place)
            records.append(VideoRecord(name, (stem,), (Expression('0', text, (1,)),)))
        return records

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``Rename_Images/<class>/<video>/<frame>.png``, or ``.jpg`` and others."""
        return self._frames.path(video.rpartition('/')[0], frame_name)

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The one person of the video."""
        path = self._masks[record.name]
        masks, number = read_mask_video(path), int(record.frame_names[0])
        if number > len(masks):
            raise UserError(
                f'{path}: masks of {len(masks)} frames; the sample is frame {number}. Unpack the'
                ' annotations again.'
            )
        mask = masks[number - 1]
        rle = encode_rle(mask[None])[0] if mask.any() else None
        return [rle for _ in frames]


def _inner(path: str, folder: str, place: str) -> PurePosixPath:
    """``<class>/<video>/<file>``, the part of a path after a folder."""
    _, found, inner = path.replace('\\', '/').rpartition(f'{folder}/')
    if not found or inner.count('/') != 2:
        raise UserError(f'{place}: {path!r:.80} is not {folder}/<class>/<video>/<file>.')
    return PurePosixPath(check_path(inner, f'{place}: file'))

"""A2D-Sentences: sentences about actors in single annotated frames of short videos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mevis.boundary.formats import A2DSentence
from mevis.boundary.json_file import read_json
from mevis.boundary.mask_arrays import read_object_masks
from mevis.boundary.names import check_part, is_blank
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression, encode_rle

_MISSING = 'docs/guides/datasets.md says where to get it.'


@DATASETS.register_module()
class A2DSentencesDataset(RefVidSegDataset):
    """A2D-Sentences, whose annotated frames are images with all sentences about them.

    Layout::

        data_root/a2d_sentences_single_frame_<split>_annotations.json         (train, test)
        data_root/Release/clips320H/<video>.mp4
        data_root/text_annotations/a2d_annotation_with_instances/<video>/<frame>.h5

    A record is one annotated frame, ``<video>/<frame>``, read from the video file in place.  The
    id of a sentence is that of the object; a second one about the same object is ``<object>-2``.
    The arguments are those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'a2d_sentences', 'task_name': 'ref_vid_seg'}

    @property
    def annotation_path(self) -> Path:
        """The file of the sentences."""
        return self.data_root / f'a2d_sentences_single_frame_{self.split}_annotations.json'

    def load_records(self) -> list[VideoRecord]:
        """Reads the sentences; masks are read when they are asked for."""
        path = self.annotation_path
        frames: dict[tuple[str, int], dict[str, Expression]] = {}
        entries = read_json(path, list[A2DSentence], missing=_MISSING)
        for index, (text, video, frame, key) in enumerate(entries):
            place = f'{path}: entry {index}'
            check_part(video, f'{place}: video')
            if is_blank(text):
                raise UserError(f'{place} has no text. Fill it in or remove the entry.')
            if not frame:
                raise UserError(f'{place}: frame 0; frames are counted from 1. Download it again.')
            found = frames.setdefault((video, frame), {})
            number = 1 + sum(sentence.anno_ids == (key,) for sentence in found.values())
            exp_id = str(key) if number == 1 else f'{key}-{number}'
            found[exp_id] = Expression(exp_id, text, (key,))
        return [
            VideoRecord(f'{video}/{frame:05d}', (f'{frame:05d}',), tuple(found.values()))
            for (video, frame), found in frames.items()
        ]

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``clips320H/<video>.mp4/<frame>``: a frame of the video file."""
        name = video.split('/')[0]
        return self.data_root / 'Release/clips320H' / f'{name}.mp4' / frame_name

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The one object of the sentence."""
        folder = self.data_root / 'text_annotations/a2d_annotation_with_instances'
        path = folder / f'{record.name}.h5'
        masks = read_object_masks(path)
        (key,) = expression.anno_ids
        if key not in masks:
            raise UserError(
                f'{path}: no object {key}, which sentence {expression.exp_id} is about; it has'
                f' {", ".join(map(str, masks))}. Unpack the annotations again.'
            )
        rle = encode_rle(masks[key][None])[0] if masks[key].any() else None
        return [rle for _ in frames]

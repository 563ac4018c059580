"""Ref-DAVIS17, read in place from the folders of DAVIS."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from mevis.boundary.json_file import read_bytes
from mevis.boundary.names import check_distinct, check_part, is_blank, is_litter
from mevis.datasets.frame_files import ENDINGS, FrameFiles
from mevis.datasets.object_pixels import read_object_masks
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord, object_ids
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import Expression

ANNOTATORS = (
    'Davis17_annot1',
    'Davis17_annot1_full_video',
    'Davis17_annot2',
    'Davis17_annot2_full_video',
)
"""The text files, in the order of the annotators 0 to 3."""
VOID = 255
"""Value of the pixels that count for no object; background is 0."""
_ENCODINGS = ('utf-8-sig', 'utf-8-sig', 'latin-1', 'latin-1')
_OBJECT = re.compile('[1-9][0-9]{0,2}')
# As they are misspelt in the released files.
_SPELLING = {'clasic-car': 'classic-car', 'dog-scale': 'dogs-scale', 'motor-bike': 'motorbike'}


@DATASETS.register_module()
class RefDAVISDataset(RefVidSegDataset):
    """Ref-DAVIS17: four sentences per object, each frame annotated.

    Layout, as the archives are unpacked::

        data_root/DAVIS/ImageSets/2017/<split>.txt                         (train, val)
        data_root/DAVIS/JPEGImages/480p/<video>/<frame>.jpg
        data_root/DAVIS/Annotations_unsupervised/480p/<video>/<frame>.png  (pixel = object id)
        data_root/davis_text_annotations/Davis17_annot1.txt                (and three more)

    The expressions are numbered as in the usual conversion to the layout of Ref-YouTube-VOS:
    4 x (index of the object) + annotator.  The tag of a sentence is the file that it is from.  The
    arguments are those of :class:`RefVidSegDataset`.
    """

    METAINFO = {'dataset_type': 'ref_davis', 'task_name': 'ref_vid_seg'}

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / 'DAVIS/JPEGImages/480p')

    def load_records(self) -> list[VideoRecord]:
        """Reads the list of the split and the four text files."""
        path = self.data_root / f'DAVIS/ImageSets/2017/{self.split}.txt'
        missing = 'Unpack DAVIS-2017-Unsupervised-trainval-480p.zip there; splits: train, val.'
        names = read_bytes(path, missing).decode('utf-8', 'replace').split()
        twice = [name for index, name in enumerate(names) if name in names[:index]]
        if twice:
            raise UserError(f'{path}: lists video {twice[0]} twice. Unpack the file again.')
        folder = self.data_root / 'davis_text_annotations'
        files = [folder / f'{name}.txt' for name in ANNOTATORS]
        texts = [
            read_davis_text(file, encoding)
            for file, encoding in zip(files, _ENCODINGS, strict=True)
        ]
        records = []
        for name in names:
            check_part(name, f'{path}: video')
            lines = [text.get(name, []) for text in texts]
            expressions = _expressions(name, lines, files)
            records.append(VideoRecord(name, self._frame_names(name), expressions))
        return records

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``DAVIS/JPEGImages/480p/<video>/<frame>.jpg``."""
        return self._frames.path(video, frame_name)

    def annotation_path(self, video: str, frame_name: str) -> Path:
        """The palette PNG of a frame; 255 is void."""
        folder = self.data_root / 'DAVIS/Annotations_unsupervised/480p'
        return folder / video / f'{frame_name}.png'

    def read_truth(
        self, record: VideoRecord, expression: Expression, frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The pixels that carry the object's id; void is background here."""
        paths = (self.annotation_path(record.name, record.frame_names[frame]) for frame in frames)
        return read_object_masks(paths, expression.anno_ids)

    def _frame_names(self, video: str) -> tuple[str, ...]:
        folder = self._frames.folder / video
        if not folder.is_dir():
            raise UserError(f'{folder}: no such folder. Unpack the frames of DAVIS (480p) again.')
        paths = [path for path in folder.iterdir() if path.suffix in ENDINGS]
        names = sorted(path.stem for path in paths if not is_litter(path.name))
        if not names:
            raise UserError(f'{folder}: no frames in it. Unpack DAVIS (480p) again.')
        check_distinct(names, f'{folder}: frames')
        return tuple(names)


def read_davis_text(path: Path, encoding: str = 'utf-8-sig') -> dict[str, list[tuple[str, str]]]:
    """Reads a text file of sentences.

    Args:
        path: Of lines ``<video> <object id> "<sentence>"``.
        encoding: Of the file; the released ones have two.

    Returns:
        Video -> (object id, sentence), sorted by the text of the id.

    Raises:
        UserError: If there is no file or a line has another form; names the line.
    """
    data = read_bytes(path, 'Unpack davis_text_annotations.zip there.')
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(
            f'{path}: byte {error.start} is not {encoding}. Unpack the file again.'
        ) from error
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, line in enumerate(text.split('\n'), 1):
        if not line.strip():
            continue
        words = line.split(maxsplit=2)
        sentence = words[2].strip().strip('"').strip() if len(words) == 3 else ''
        if is_blank(sentence) or not _OBJECT.fullmatch(words[1]) or int(words[1]) >= VOID:
            raise UserError(
                f'{path}: line {number} is not of the form: video 1 "sentence", with an object'
                f' from 1 to {VOID - 1}. Unpack it again.'
            )
        found[_SPELLING.get(words[0], words[0])].append((words[1], sentence))
    return {video: sorted(lines, key=lambda line: line[0]) for video, lines in found.items()}


def _expressions(
    video: str, lines: Sequence[list[tuple[str, str]]], files: Sequence[Path]
) -> tuple[Expression, ...]:
    """Four sentences per object, that of annotator 0 first."""
    wanted = [key for key, _ in lines[0]]
    for file, found in zip(files, lines, strict=True):
        ids = [key for key, _ in found]
        if not ids or ids != wanted:
            raise UserError(
                f'{file}: video {video} has sentences about objects {", ".join(ids) or "none"},'
                f' {files[0].name} about {", ".join(wanted) or "none"}. Unpack the files again.'
            )
    expressions = []
    for index, key in enumerate(wanted):
        for annotator, (file, found) in enumerate(zip(files, lines, strict=True)):
            ids = object_ids(f'{file}: video {video}', key)
            tags = (ANNOTATORS[annotator],)
            exp_id = str(len(files) * index + annotator)
            expressions.append(Expression(exp_id, found[index][1], ids, tags, True))
    return tuple(expressions)

"""How MeViS lies on disk, for its sentences and for its instances."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from mevis.boundary.formats import MeViSVideo
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.structures.mask_store import MaskStore

V1_FILE = 'meta_expressions.json'
"""The sentences of a split of MeViS v1, and of every other dataset in its format."""
V2_FILES = (
    'meta_expressions_v2.json',
    'meta_expressions_v2_release.json',
    'meta_expressions_text_release.json',
)
"""Those of MeViS v2: of train and valid_u, of valid, and of the splits of challenges."""


class MeViSFormat:
    """The readers of a split in MeViS format; goes before the base of a dataset.

    Layout::

        data_root/<split>/meta_expressions.json     (or one of those of v2)
        data_root/<split>/mask_dict.json            (train and valid_u only)
        data_root/<split>/JPEGImages/<video>/<frame>.jpg    (or JPEGImages.tar)
    """

    data_root: Path
    split: str
    mask_store: MaskStore | None
    annotation_names: Sequence[str] = (V1_FILE, *V2_FILES)
    """Of the files with the sentences of a split, the first one that is there is read."""

    def load_records(self) -> list[VideoRecord]:
        """Reads the sentences and opens ``mask_dict.json``."""
        path = self.annotation_file()
        mask_file = path.parent / 'mask_dict.json'
        videos = read_meta_expressions(path)
        has_truth = mask_file.is_file()
        if not has_truth and any(names_objects(video) for video in videos.values()):
            raise UserError(
                f'{mask_file}: no such file, but {path.name} names objects (anno_id).'
                f' Download it beside {path.name}.'
            )
        self.mask_store = MaskStore.open(mask_file) if has_truth else None
        _ = self._frames.archive  # read before workers are forked, which then all know it
        return [make_record(path, name, video, has_truth) for name, video in videos.items()]

    def annotation_file(self) -> Path:
        """The file with the sentences of the split, whether it is there or not."""
        return annotation_file(self.data_root / self.split, self.annotation_names)

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``JPEGImages/<video>/<frame>.jpg``, or ``.png`` and others."""
        return self._frames.path(video, frame_name)

    @cached_property
    def _frames(self) -> FrameFiles:
        return FrameFiles(self.data_root / self.split / 'JPEGImages')

    def masks_of(self, record: VideoRecord, anno_id: int) -> MaskStore:
        """The store, after a look whether the object has one entry per frame of its video.

        Raises:
            UserError: If it has not.
        """
        assert self.mask_store is not None
        self.mask_store.check_length(anno_id, record.name, len(record.frame_names))
        return self.mask_store


def annotation_file(folder: Path, names: Sequence[str] = (V1_FILE, *V2_FILES)) -> Path:
    """The file with the sentences of a split.

    Args:
        folder: The split.
        names: What it may be called; the first one that is there counts.

    Returns:
        Its path; where there is none, that of the first name.
    """
    return next((folder / name for name in names if (folder / name).is_file()), folder / names[0])


def names_objects(video: MeViSVideo) -> bool:
    """Whether a sentence of a video says which annotated objects it means."""
    return any(entry.anno_id not in (None, []) for entry in video.expressions.values())

"""How MeViS lies on disk, for its sentences and for its instances."""

from functools import cached_property
from pathlib import Path

from mevis.boundary.formats import MeViSVideo
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.structures.mask_store import MaskStore


class MeViSFormat:
    """The readers of a split in MeViS format; goes before the base of a data set.

    Layout::

        data_root/<split>/meta_expressions.json
        data_root/<split>/mask_dict.json            (train and valid_u only)
        data_root/<split>/JPEGImages/<video>/<frame>.jpg
    """

    data_root: Path
    split: str
    mask_store: MaskStore | None

    def load_records(self) -> list[VideoRecord]:
        """Reads ``meta_expressions.json`` and opens ``mask_dict.json``."""
        folder = self.data_root / self.split
        path = folder / 'meta_expressions.json'
        mask_file = folder / 'mask_dict.json'
        videos = read_meta_expressions(path)
        has_truth = mask_file.is_file()
        if not has_truth and any(names_objects(video) for video in videos.values()):
            raise UserError(
                f'{mask_file}: no such file, but {path.name} names objects (anno_id).'
                ' Download it beside meta_expressions.json.'
            )
        self.mask_store = MaskStore.open(mask_file) if has_truth else None
        return [make_record(path, name, video, has_truth) for name, video in videos.items()]

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


def names_objects(video: MeViSVideo) -> bool:
    """Whether a sentence of a video says which annotated objects it means."""
    return any(entry.anno_id not in (None, []) for entry in video.expressions.values())

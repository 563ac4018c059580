"""YouTube-VIS 2019 and 2021, OVIS, and every dataset in their format."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from mevis.boundary.formats import (
    YouTubeVISAnnotation,
    YouTubeVISCategory,
    YouTubeVISFile,
    YouTubeVISVideo,
)
from mevis.boundary.json_file import read_json
from mevis.boundary.names import check_distinct, check_path, natural_key
from mevis.boundary.rle import trusted_track
from mevis.datasets.frame_files import ENDINGS
from mevis.datasets.instance_dataset import AnnotatedTrack, InstanceDataset
from mevis.datasets.video_record import VideoRecord, frame_names
from mevis.errors import UserError
from mevis.registry import DATASETS


@DATASETS.register_module()
class YouTubeVISDataset(InstanceDataset):
    """Videos, annotations and categories in one JSON file.

    Labels count the categories in the order of their ids, as the official code does; for the public
    datasets this is the order of mmdet's class lists.  Objects marked ``iscrowd`` are left out.
    mmdet's own dataset of this name reads a converted file with one entry per image; this one
    reads the file as it is published, and gives clips as all others here do.

    Args:
        data_root: Folder of the dataset.
        split: Part of it, such as ``train``.
        frame_sampler: Config of a frame sampler.
        pipeline: Configs of transforms, dict -> dict.
        ann_file: The JSON file below ``data_root``; ``{split}`` stands for the split.
        frames_dir: Folder of the videos' folders below ``data_root``, likewise.
        test_mode: As in :class:`VideoDataset`, like all that follow.
        videos: Names (folders) of the videos to use.
        skip_videos: Names of videos to leave out.
        centre_stride: See there.
        max_redraws: See there.
        seed: Seed of everything random.

    Raises:
        UserError: If the split cannot be read; names the file and the entry.
    """

    METAINFO = {'dataset_type': 'youtube_vis', 'task_name': 'instance_seg'}

    def __init__(
        self,
        data_root: str,
        split: str,
        frame_sampler: Mapping[str, Any],
        pipeline: Sequence[Mapping[str, Any]],
        ann_file: str = '{split}.json',
        frames_dir: str = '{split}/JPEGImages',
        test_mode: bool = False,
        videos: Sequence[str] | None = None,
        skip_videos: Sequence[str] = (),
        centre_stride: int | None = None,
        max_redraws: int = 100,
        seed: int = 0,
    ) -> None:
        self.ann_path = Path(data_root) / ann_file.replace('{split}', split)
        self.frames_path = Path(data_root) / frames_dir.replace('{split}', split)
        super().__init__(
            data_root,
            split,
            frame_sampler,
            pipeline,
            test_mode,
            videos,
            skip_videos,
            centre_stride,
            max_redraws,
            seed,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the file's categories, in the order of their ids."""
        return self._classes

    @property
    def annotation_files(self) -> list[Path]:
        """What the annotated objects are read from."""
        return [self.ann_path]

    def load_records(self) -> list[VideoRecord]:
        """Reads the JSON file; masks are kept as compressed run lengths."""
        content = read_json(
            self.ann_path,
            YouTubeVISFile,
            missing='Check data_root, split and ann_file of the dataset.',
        )
        categories = _by_id(self.ann_path, 'categories', content.categories)
        videos = _by_id(self.ann_path, 'videos', content.videos)
        order = sorted(categories, key=natural_key)
        self._classes = tuple(categories[key].name for key in order)
        labels = {key: label for label, key in enumerate(order)}
        self._endings: dict[str, str] = {}
        records = {key: self._record(entry) for key, entry in videos.items()}
        check_distinct([record.name for record in records.values()], f'{self.ann_path}: videos')
        self._tracks: dict[str, list[AnnotatedTrack]] | None = None
        if content.annotations is not None:
            self._tracks = defaultdict(list)
            for entry in content.annotations:
                if not entry.iscrowd:
                    record, track = _track(self.ann_path, entry, records, labels)
                    self._tracks[record.name].append(track)
        return list(records.values())

    def _record(self, entry: YouTubeVISVideo) -> VideoRecord:
        place = f'{self.ann_path}: video {entry.id}'
        names = [PurePosixPath(name) for name in entry.file_names]
        folders = {name.parent.as_posix() for name in names}
        endings = {name.suffix for name in names}
        if len(folders) != 1 or len(endings) != 1 or not endings <= set(ENDINGS):
            raise UserError(
                f'{place}: file_names must be <video>/<frame>.jpg of one folder, or another of'
                f' {", ".join(ENDINGS)}.'
            )
        folder = check_path(folders.pop(), f'{place}: file_names')
        self._endings[folder] = endings.pop()
        stems = [name.stem for name in names]
        return VideoRecord(folder, frame_names(place, stems), (), entry.id)

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``<frames_dir>/<video>/<frame>`` with the ending that the file gives it."""
        return self.frames_path / video / f'{frame_name}{self._endings[video]}'

    def read_tracks(
        self, record: VideoRecord, frames: Sequence[int]
    ) -> list[AnnotatedTrack] | None:
        """The objects of a video in some frames."""
        if self._tracks is None:
            return None
        return [
            AnnotatedTrack(track.track_id, track.label, [track.rles[frame] for frame in frames])
            for track in self._tracks.get(record.name, ())
        ]


T = TypeVar('T', YouTubeVISVideo, YouTubeVISCategory)


def _by_id(path: Path, what: str, entries: Sequence[T]) -> dict[str, T]:
    """Entries by their ids, which are numbers in some files and text in others."""
    found = {str(entry.id): entry for entry in entries}
    if len(found) != len(entries):
        ids = [str(entry.id) for entry in entries]
        twice = next(key for key in ids if ids.count(key) > 1)
        raise UserError(f'{path}: {what}: the id {twice:.40} comes twice. Download it again.')
    return found


def _track(
    path: Path,
    entry: YouTubeVISAnnotation,
    records: Mapping[str, VideoRecord],
    labels: Mapping[str, int],
) -> tuple[VideoRecord, AnnotatedTrack]:
    place = f'{path}: annotation {entry.id}'
    record, label = records.get(str(entry.video_id)), labels.get(str(entry.category_id))
    if record is None or label is None:
        raise UserError(
            f'{place}: video {entry.video_id} or category {entry.category_id} is not in the file.'
            ' Download it again.'
        )
    rles = trusted_track(entry.segmentations, place, len(record.frame_names))
    return record, AnnotatedTrack(entry.id, label, rles)

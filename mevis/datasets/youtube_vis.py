"""YouTube-VIS 2019 and 2021, OVIS, and every data set in their format."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mevis.boundary.names import check_distinct, check_path
from mevis.boundary.rle import trusted_track
from mevis.datasets.instance_dataset import AnnotatedTrack, InstanceDataset
from mevis.datasets.video_record import VideoRecord, frame_names
from mevis.errors import UserError
from mevis.registry import DATASETS


@DATASETS.register_module()
class YouTubeVISDataset(InstanceDataset):
    """Videos, annotations and categories in one JSON file.

    Labels count the categories in the order of their ids, as the official code does; for the public
    data sets this is the order of mmdet's class lists.  Objects marked ``iscrowd`` are left out.
    mmdet's own data set of this name reads a converted file with one entry per image; this one
    reads the file as it is published, and gives clips as all others here do.

    Args:
        data_root: Folder of the data set.
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
        content = _read(self.ann_path)
        categories = sorted(content['categories'], key=lambda entry: entry['id'])
        self._classes = tuple(entry['name'] for entry in categories)
        labels = {entry['id']: label for label, entry in enumerate(categories)}
        records = {entry['id']: _record(self.ann_path, entry) for entry in content['videos']}
        check_distinct([record.name for record in records.values()], f'{self.ann_path}: videos')
        annotations = content.get('annotations')
        self._tracks: dict[str, list[AnnotatedTrack]] | None = None
        if annotations is not None:
            self._tracks = defaultdict(list)
            for entry in annotations:
                if not entry.get('iscrowd'):
                    record, track = _track(self.ann_path, entry, records, labels)
                    self._tracks[record.name].append(track)
        return list(records.values())

    def frame_path(self, video: str, frame_name: str) -> Path:
        """``<frames_dir>/<video>/<frame>.jpg``."""
        return self.frames_path / video / f'{frame_name}.jpg'

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


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        missing = [key for key in ('videos', 'categories') if not content.get(key)]
    except FileNotFoundError as error:
        raise UserError(
            f'{path}: no such file. Check data_root, split and ann_file of the data set.'
        ) from error
    except (ValueError, AttributeError) as error:
        raise UserError(f'{path}: not a YouTube-VIS JSON ({error}). Download it again.') from error
    if missing:
        raise UserError(f'{path}: no {" and no ".join(missing)}. It is no YouTube-VIS JSON.')
    return content


def _record(path: Path, entry: dict[str, Any]) -> VideoRecord:
    place = f'{path}: video {entry["id"]}'
    names = [PurePosixPath(name) for name in entry.get('file_names', ())]
    folders = {name.parent.as_posix() for name in names}
    if len(folders) != 1 or any(name.suffix != '.jpg' for name in names):
        raise UserError(f'{place}: file_names must be <video>/<frame>.jpg of one folder.')
    folder = check_path(folders.pop(), f'{place}: file_names')
    return VideoRecord(folder, frame_names(place, [name.stem for name in names]), (), entry['id'])


def _track(
    path: Path, entry: dict[str, Any], records: dict[int, VideoRecord], labels: dict[int, int]
) -> tuple[VideoRecord, AnnotatedTrack]:
    place = f'{path}: annotation {entry["id"]}'
    record = records.get(entry['video_id'])
    if record is None or entry['category_id'] not in labels:
        raise UserError(
            f'{place}: video {entry["video_id"]} or category {entry["category_id"]} is not in the'
            ' file. Download it again.'
        )
    rles = trusted_track(entry['segmentations'], place, len(record.frame_names))
    return record, AnnotatedTrack(entry['id'], labels[entry['category_id']], rles)

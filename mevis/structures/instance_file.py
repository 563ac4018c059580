"""The one reader of the files of instance tracks that this package writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.formats import InstanceTracks
from mevis.boundary.json_file import checked_json, parse_json, read_bytes
from mevis.boundary.rle import check_track
from mevis.errors import UserError
from mevis.structures.instance_masks import InstanceMasks


@dataclass(frozen=True)
class InstanceFile:
    """What a ``<video>.json`` says.

    Attributes:
        path: The file.
        instances: Its tracks.
        video: The video that they belong to; None where the file does not say.
        frame_names: Names of the frames of the video, likewise.
    """

    path: Path
    instances: InstanceMasks
    video: str | None
    frame_names: tuple[str, ...] | None

    @property
    def num_frames(self) -> int | None:
        """Frames of the video; None if there is neither a track nor a list of frames."""
        if self.frame_names is not None:
            return len(self.frame_names)
        return self.instances.num_frames if len(self.instances) else None

    def check_video(
        self, video: str, num_frames: int, frames: Sequence[tuple[int, str]], size: Sequence[int]
    ) -> None:
        """Refuses tracks of another video.

        Args:
            video: Name of the video.
            num_frames: Its frames.
            frames: Indices and names of some of them.
            size: (H, W) of them.

        Raises:
            UserError: Names the file and what differs.
        """
        mend = 'Run tools/extract_instance_masks.py for this split.'
        if self.video is not None and self.video != video:
            raise UserError(
                f'{self.path}: the tracks are those of video {self.video}, not of {video}. {mend}'
            )
        if self.num_frames not in (None, num_frames):
            raise UserError(
                f'{self.path}: the tracks have {self.num_frames} frames, the video has'
                f' {num_frames}. {mend}'
            )
        for index, name in frames if self.frame_names is not None else ():
            if self.frame_names[index] != name:
                raise UserError(
                    f'{self.path}: frame {index} is {self.frame_names[index]} there and {name} in'
                    f' the dataset: the tracks are those of another video. {mend}'
                )
        if tuple(self.instances.size) != tuple(size):
            raise UserError(
                f'{self.path}: the masks are of size {tuple(self.instances.size)}, the frames of'
                f' size {tuple(size)}. {mend}'
            )


def read_instance_file(path: str | Path) -> InstanceFile:
    """Reads and checks a file of tracks.

    Raises:
        UserError: If there is no such file, or something in it is missing or damaged; names the
            file and the entry.
    """
    mend = 'Run tools/extract_instance_masks.py for this split.'
    missing = f'It should hold the instance masks. {mend}'
    return parse_instance_file(Path(path), parse_json(read_bytes(path, missing), path, mend))


def parse_instance_file(path: Path, data: Any) -> InstanceFile:
    """:func:`read_instance_file` of a file that was read already."""
    mend = 'Run tools/extract_instance_masks.py for this split.'
    tracks = checked_json(data, InstanceTracks, path, mend)
    ids = [] if tracks.ids is None else [tracks.ids]
    if len(set(map(len, [tracks.scores, tracks.categories, tracks.rles, *ids]))) != 1:
        raise UserError(f'{path}: scores, categories, rles and ids differ in length. {mend}')
    if tracks.ids is not None and len(set(tracks.ids)) != len(tracks.ids):
        raise UserError(f'{path}: two tracks have one id. {mend}')
    names = None if tracks.frames is None else tuple(map(str, tracks.frames))
    num_frames = len(names) if names is not None else len(tracks.rles[0]) if tracks.rles else 0
    for k, track in enumerate(tracks.rles):
        check_track(track, tracks.size, num_frames, f'{path}: track {k}')
    instances = InstanceMasks(
        tracks.rles, tracks.scores, tracks.categories, tracks.size, ids=tracks.ids
    )
    return InstanceFile(path, instances, tracks.video, names)

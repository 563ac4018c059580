"""The one reader of the files of instance tracks that this package writes."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.files import regular_file
from mevis.boundary.rle import check_track
from mevis.errors import UserError
from mevis.structures.instance_masks import InstanceMasks

_LISTS = ('scores', 'categories', 'rles')


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
                    f' the data set: the tracks are those of another video. {mend}'
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
    path = Path(path)
    mend = 'Run tools/extract_instance_masks.py for this split.'
    try:
        data = json.loads(regular_file(path).read_text(encoding='utf-8'))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f'{path}: the instance masks are missing. {mend}') from error
    except ValueError as error:
        raise UserError(f'{path}: no file of instance masks ({error}). {mend}') from error
    except OSError as error:
        raise UserError(f'{path}: cannot be read ({error.strerror}).') from error
    return parse_instance_file(path, data)


def parse_instance_file(path: Path, data: Any) -> InstanceFile:
    """:func:`read_instance_file` of a file that was read already."""
    wrong = f'{path}: no file of instance masks'
    if not isinstance(data, dict):
        raise UserError(f'{wrong} (a JSON object is expected).')
    missing = [key for key in ('size', *_LISTS) if not isinstance(data.get(key), list)]
    if missing:
        raise UserError(f'{wrong} (no list {", ".join(missing)}).')
    size, scores, rles = data['size'], data['scores'], data['rles']
    if len(size) != 2 or not all(isinstance(side, int) and side > 0 for side in size):
        raise UserError(f'{path}: size must be [height, width] in pixels, not {size}.')
    lengths = {len(data[key]) for key in (*_LISTS, *(['ids'] if data.get('ids') else []))}
    if len(lengths) != 1:
        raise UserError(f'{wrong} (scores, categories and rles differ in length).')
    for k, score in enumerate(scores):
        if not isinstance(score, (int, float)) or not math.isfinite(score):
            raise UserError(f'{path}: score {k} is {score!r}, not a number.')
    names = data.get('frames')
    if names is not None:
        if not isinstance(names, list):
            raise UserError(f'{path}: frames must be a list of names.')
        names = tuple(map(str, names))
    num_frames = len(names) if names is not None else len(rles[0]) if rles else 0
    for k, track in enumerate(rles):
        check_track(track, size, num_frames, f'{path}: track {k}')
    return InstanceFile(path, InstanceMasks.from_dict(data), data.get('video'), names)

"""What instance segmentors submit: the results JSON of YouTube-VIS."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mevis.boundary.files import regular_file
from mevis.boundary.rle import check_track, compressed
from mevis.errors import UserError
from mevis.structures import InstanceMasks

Size = tuple[int, int]
_KEYS = ('video_id', 'score', 'segmentations')


class YouTubeVISResults:
    """``[{"video_id", "category_id", "score", "segmentations": [RLE or null per frame]}, ...]``.

    Masks may be compressed or uncompressed RLEs, or lists of polygons.  The name of a track is its
    place in the list, from 0.  Categories count from 1 there and from 0 here.

    Args:
        path: The file.
        entries: Its content;
            read from it if None.

    Raises:
        UserError: If it is no such file; names the entry and the key.
    """

    def __init__(self, path: str | Path, entries: Any = None) -> None:
        self.path = Path(path)
        if entries is None:
            entries = _read(self.path)
        if not isinstance(entries, list):
            raise UserError(
                f'{self.path}: no YouTube-VIS results: a list of {{{", ".join(_KEYS)}}} is'
                ' expected.'
            )
        if not entries:
            raise UserError(f'{self.path}: an empty list, not one track.')
        self._videos: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for index, entry in enumerate(entries):
            self._check_entry(index, entry)
            self._videos[str(entry['video_id'])].append((index, entry))

    @property
    def videos(self) -> list[str]:
        """Ids of the videos that have tracks, in the order of the file."""
        return list(self._videos)

    def only_video(self) -> str:
        """The id of the one video.

        Raises:
            UserError: If there are several; lists them.
        """
        if len(self._videos) > 1:
            some = ', '.join(self.videos[:5]) + (', ...' if len(self._videos) > 5 else '')
            raise UserError(
                f'{self.path}: tracks of {len(self._videos)} videos ({some}). Say which (`video`).'
            )
        return self.videos[0]

    def tracks(
        self, video: int | str, size: Size | None = None, num_frames: int | None = None
    ) -> InstanceMasks:
        """The tracks of a video; none at all is an answer.

        Args:
            video: Its id.
            size: (H, W) that its masks must have;
                that of the first RLE if None.
            num_frames: Frames that it must have;
                those of the first track if None.

        Raises:
            UserError: If a mask is damaged, or size and frames are others; names the entry.
        """
        entries = self._videos.get(str(video), [])
        size = size or _size_of(entry['segmentations'] for _, entry in entries)
        if size is None:
            raise UserError(
                f'{self.path}: no RLE of video {video} says the size of the picture. Give it'
                ' (`size`).'
            )
        if num_frames is None:
            num_frames = len(entries[0][1]['segmentations']) if entries else 0
        rles = []
        for index, entry in entries:
            place = f'{self.path}: entry {index} (video {video})'
            track = [
                _compressed(f'{place}, frame {frame}', segment, size)
                for frame, segment in enumerate(entry['segmentations'])
            ]
            check_track(track, size, num_frames, place)
            rles.append(track)
        masks = InstanceMasks(
            rles,
            [entry['score'] for _, entry in entries],
            [_category(entry) for _, entry in entries],
            size,
            ids=[index for index, _ in entries],
        )
        return masks.top(len(masks))

    def _check_entry(self, index: int, entry: Any) -> None:
        place = f'{self.path}: entry {index}'
        missing = [key for key in _KEYS if not isinstance(entry, dict) or key not in entry]
        if missing:
            raise UserError(f'{place}: no {", ".join(missing)}.')
        score = entry['score']
        is_number = isinstance(score, (int, float)) and math.isfinite(score)
        if not is_number or not 0 <= score <= 1:
            raise UserError(f'{place}: score is {score!r}, not a number from 0 to 1.')
        if not isinstance(entry['segmentations'], list) or not entry['segmentations']:
            raise UserError(f'{place}: segmentations must be a list of one mask or null per frame.')


def _read(path: Path) -> Any:
    try:
        return json.loads(regular_file(path).read_text(encoding='utf-8'))
    except FileNotFoundError as error:
        raise UserError(f'{path}: no such file.') from error
    except ValueError as error:
        raise UserError(f'{path}: no complete JSON ({error}).') from error


def _category(entry: dict[str, Any]) -> int:
    category = entry.get('category_id')
    return category - 1 if isinstance(category, int) and category > 0 else -1


def _size_of(tracks: Any) -> Size | None:
    for track in tracks:
        for segment in track:
            size = segment.get('size') if isinstance(segment, dict) else None
            if isinstance(size, list) and len(size) == 2:
                return int(size[0]), int(size[1])
    return None


def _compressed(place: str, segment: Any, size: Size) -> Any:
    """A mask of any form as compressed RLE; one that has this form already is checked later."""
    if isinstance(segment, list):
        return _from_polygons(place, segment, size)
    return None if segment is None else compressed(segment, place)


def _from_polygons(place: str, polygons: Sequence[Any], size: Size) -> dict[str, Any] | None:
    if not polygons:
        return None
    try:
        points = [[float(value) for value in polygon] for polygon in polygons]
    except (TypeError, ValueError) as error:
        raise UserError(f'{place}: no RLE, null or list of polygons [x, y, ...].') from error
    if any(len(p) < 6 or len(p) % 2 or not np.isfinite(p).all() for p in points):
        raise UserError(f'{place}: a polygon needs three points or more, [x, y, x, y, ...].')
    return _as_text(coco_mask.merge(coco_mask.frPyObjects(points, *size)))


def _as_text(rle: dict[str, Any]) -> dict[str, Any]:
    return {
        'size': [int(side) for side in rle['size']],
        'counts': rle['counts'].decode('ascii'),
    }

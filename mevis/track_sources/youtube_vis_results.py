"""What instance segmentors submit: the results JSON of YouTube-VIS."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mevis.boundary.formats import YouTubeVISResult
from mevis.boundary.json_file import checked_json, parse_json, read_bytes
from mevis.boundary.polygons import polygons_to_rle
from mevis.boundary.rle import check_track, compressed, rle_size
from mevis.errors import UserError
from mevis.structures import InstanceMasks

Size = tuple[int, int]


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
            entries = parse_json(read_bytes(self.path), self.path)
        results = checked_json(entries, list[YouTubeVISResult], self.path)
        if not results:
            raise UserError(f'{self.path}: an empty list, not one track.')
        self._videos: dict[str, list[tuple[int, YouTubeVISResult]]] = defaultdict(list)
        for index, entry in enumerate(results):
            self._videos[str(entry.video_id)].append((index, entry))

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
                f'{self.path}: tracks of {len(self._videos)} videos ({some}). Say which (--video,'
                ' `video`).'
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
        size = size or _size_of(entries, str(self.path))
        if size is None:
            raise UserError(
                f'{self.path}: no RLE of video {video} says the size of the picture. Give it'
                ' (--size WIDTHxHEIGHT, or `size` of the function).'
            )
        if num_frames is None:
            num_frames = len(entries[0][1].segmentations) if entries else 0
        rles = []
        for index, entry in entries:
            place = f'{self.path}: entry {index} (video {video})'
            track = [
                _compressed(f'{place}, frame {frame}', segment, size)
                for frame, segment in enumerate(entry.segmentations)
            ]
            check_track(track, size, num_frames, place)
            rles.append(track)
        masks = InstanceMasks(
            rles,
            [entry.score for _, entry in entries],
            [_category(entry) for _, entry in entries],
            size,
            ids=[index for index, _ in entries],
        )
        return masks.top(len(masks))


def _category(entry: YouTubeVISResult) -> int:
    return entry.category_id - 1 if entry.category_id is not None and entry.category_id > 0 else -1


def _size_of(entries: Sequence[tuple[int, YouTubeVISResult]], place: str) -> Size | None:
    """(H, W) of the first RLE; None if there is none."""
    for index, entry in entries:
        for frame, segment in enumerate(entry.segmentations):
            if isinstance(segment, dict):
                return rle_size(segment, f'{place}: entry {index}, frame {frame}')
    return None


def _compressed(place: str, segment: Any, size: Size) -> Any:
    """A mask of any form as compressed RLE; one that has this form already is checked later."""
    if isinstance(segment, list):
        return polygons_to_rle(segment, size, place)
    return None if segment is None else compressed(segment, place)

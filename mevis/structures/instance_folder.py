"""Instance tracks on disk: one file per video, which says what made it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mevis.boundary.names import path_below
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_write_text
from mevis.structures.instance_masks import InstanceMasks

_START = '{"made_of": '
_LONGEST_ORIGIN = 1 << 14


class InstanceFolder:
    """``<video>.json`` with the K tracks of a video, for every video of a split.

    A file is one line of JSON: ``made_of`` (what the tracks follow from: hashes of model and
    config, split, K), ``video``, ``frames`` (names), and ``size``, ``scores``, ``categories``,
    ``rles`` and, where tracks have names, ``ids`` of :class:`InstanceMasks`.  It is written whole
    or not at all; what was cut off by something else lacks the end of the line, and is written
    again.  ``instance_file`` reads it.

    Args:
        root: The folder; need not exist.
        made_of: Item -> value.

    Raises:
        UserError: If the folder holds a file that was made of something else or is no such file,
            or is itself a file.
    """

    def __init__(self, root: str | Path, made_of: Mapping[str, str]) -> None:
        self.root = Path(root)
        self.made_of = dict(made_of)
        if self.root.exists() and not self.root.is_dir():
            raise UserError(f'{self.root}: a file, where a folder is to be. Choose another name.')
        self._done = {video for video, path in self._files() if self._is_whole(path)}

    def videos_done(self) -> set[str]:
        """The videos whose files were there and whole when the folder was opened."""
        return set(self._done)

    def write(self, video: str, frame_names: Iterable[str], instances: InstanceMasks) -> None:
        """Writes the file of a video.

        Raises:
            UserError: If the video's name is no path below the folder.
            OSError: If it cannot be written; what was there before is intact.
        """
        content = {
            'made_of': self.made_of,
            'video': video,
            'frames': list(frame_names),
            **instances.to_dict(),
        }
        atomic_write_text(path_below(self.root, video, '.json'), json.dumps(content) + '\n')

    def remove_leftovers(self) -> None:
        """Removes what processes left that were killed while they wrote; call it before others."""
        for path in self.root.rglob('.*-*.json'):
            # The folder may be one that holds hidden files of somebody else.
            if _begins_as_ours(path):
                path.unlink(missing_ok=True)

    def _files(self) -> list[tuple[str, Path]]:
        paths = sorted(path for path in self.root.rglob('*.json') if path.name[0] != '.')
        return [
            (path.relative_to(self.root).as_posix().removesuffix('.json'), path) for path in paths
        ]

    def _is_whole(self, path: Path) -> bool:
        if not _ends_its_line(path):
            return False
        origin = read_origin(path)
        if origin is None:
            raise UserError(f'{path}: not an instance-track file of mevis. Choose another folder.')
        if origin != self.made_of:
            raise UserError(
                f'{path}: made of another {_differences(origin, self.made_of)}. Choose another'
                ' folder, or delete this one.'
            )
        return True


def read_origin(path: str | Path) -> dict[str, Any] | None:
    """What a file of tracks says that it was made of; None where it says nothing.

    Only the start of the file is read.
    """
    with Path(path).open(encoding='utf-8', errors='replace') as file:
        head = file.read(_LONGEST_ORIGIN)
    if not head.startswith(_START):
        return None
    try:
        origin, _ = json.JSONDecoder().raw_decode(head, len(_START))
    except (ValueError, RecursionError):
        return None
    return origin if isinstance(origin, dict) else None


def check_complete(root: str | Path, videos: Sequence[str]) -> None:
    """Refuses a folder that lacks the file of a video, such as one that is half extracted.

    Raises:
        UserError: Names the first file that is missing, and says how many are.
    """
    paths = [Path(root) / f'{video}.json' for video in videos]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UserError(
            f'{missing[0]}: the instance masks are missing, {len(missing)} of {len(videos)} files'
            ' of the split. Run tools/extract_instance_masks.py, which creates the missing ones.'
        )


def check_one_origin(root: str | Path, videos: Iterable[str]) -> None:
    """Refuses a folder whose files are of several models; files that are absent do not count.

    Raises:
        UserError: Names two files that do not go together.
    """
    first: tuple[Path, dict[str, Any] | None] | None = None
    for video in videos:
        path = Path(root) / f'{video}.json'
        if not path.is_file():
            continue
        origin = read_origin(path)
        first = first or (path, origin)
        if origin != first[1]:
            differing = _differences(first[1] or {}, origin or {})
            raise UserError(
                f'{first[0]} and {path.name} beside it are made of another {differing}. Run'
                ' tools/extract_instance_masks.py into an empty folder.'
            )


def _differences(there: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    keys = [key for key in {**there, **now} if there.get(key) != now.get(key)]
    return '; '.join(f'{key} ({there.get(key)} and {now.get(key)})' for key in keys)


def _begins_as_ours(path: Path) -> bool:
    """Whether a file begins like a file of tracks, or ended before that."""
    with path.open('rb') as file:
        return _START.encode().startswith(file.read(len(_START)))


def _ends_its_line(path: Path) -> bool:
    """Whether the file was written to its end: within the JSON there is no line break."""
    with path.open('rb') as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        return file.read() == b'\n'

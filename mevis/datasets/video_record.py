"""What the annotation files of a split say, in one form for every data set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.names import check_distinct, check_part, check_path
from mevis.errors import UserError
from mevis.structures import Expression


@dataclass(frozen=True)
class VideoRecord:
    """One video of a split.

    Attributes:
        name: Its folder; a path below that of the split, whatever the file says.
        frame_names: Names of its frames without extension, in the order of the file, which is that
            of the masks.
        expressions: Its sentences, in the order of the file.
        video_id: What results of other programs call it: ``vid_id`` in MeViS, ``id`` in
            YouTube-VIS; None where the file gives no id.
    """

    name: str
    frame_names: tuple[str, ...]
    expressions: tuple[Expression, ...]
    video_id: int | str | None = None


def read_meta_expressions(path: Path) -> dict[str, dict[str, Any]]:
    """Reads the ``videos`` of a ``meta_expressions.json``.

    Raises:
        UserError: If the file is missing or is no such file, or names of videos clash.
    """
    try:
        videos = json.loads(path.read_text(encoding='utf-8'))['videos']
    except FileNotFoundError as error:
        raise UserError(
            f'{path}: no such file. Check data_root and split (docs/guides/data.md).'
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f'{path}: not a meta_expressions.json with a "videos" object ({error}).'
            ' Download or generate the file again.'
        ) from error
    if not isinstance(videos, dict):
        raise UserError(f'{path}: "videos" must be an object, not {type(videos).__name__}.')
    check_distinct(videos, f'{path}: videos')
    return videos


def make_record(path: Path, name: str, video: dict[str, Any], has_truth: bool) -> VideoRecord:
    """Checks one entry of ``videos`` and makes it a record.

    Args:
        path: The file, for messages.
        name: Key of the video.
        video: ``{"expressions": {id: {"exp": text, ...}}, "frames": [...]}``.
        has_truth: Whether the split has masks; then an expression without ``anno_id`` is a
            sentence without a target.

    Raises:
        UserError: If the video has no frames, an expression has no text, or a name could lead out
            of its folder.
    """
    check_path(name, f'{path}: video')
    frames = video.get('frames')
    if not frames:
        raise UserError(
            f'{path}: video {name} has no frames. Add its "frames" or remove the video.'
        )
    expressions = tuple(
        _make_expression(path, name, str(exp_id), entry, has_truth)
        for exp_id, entry in video.get('expressions', {}).items()
    )
    names = frame_names(f'{path}: video {name}', frames)
    return VideoRecord(name, names, expressions, video.get('vid_id'))


def frame_names(place: str, frames: Sequence[str | int]) -> tuple[str, ...]:
    """Checks the names of the frames of a video; keeps their order, which is that of the masks.

    Raises:
        UserError: If a name cannot be that of a file, or comes twice.
    """
    names = tuple(check_part(str(name), f'{place}: frame') for name in frames)
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f'{place}: frame {twice} is listed twice. Generate the file again.')
    return names


def _make_expression(
    path: Path, video: str, exp_id: str, entry: dict[str, Any], has_truth: bool
) -> Expression:
    check_part(exp_id, f'{path}: video {video}, expression')
    text = entry.get('exp')
    if not isinstance(text, str) or not text.strip():
        raise UserError(
            f'{path}: video {video}, expression {exp_id} has no text.'
            ' Fill in its "exp" or remove the expression.'
        )
    anno_ids = entry.get('anno_id', ())
    if isinstance(anno_ids, (int, str)):
        anno_ids = (anno_ids,)
    return Expression(
        exp_id=exp_id,
        text=text,
        anno_ids=tuple(int(anno_id) for anno_id in anno_ids),
        tags=tuple(entry.get('tags', ())),
        has_truth=has_truth,
    )

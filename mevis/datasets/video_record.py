"""What the annotation files of a split say, in one form for every data set."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.errors import UserError
from mevis.structures import Expression


@dataclass(frozen=True)
class VideoRecord:
    """One video of a split.

    Attributes:
        name: Its folder.
        frame_names: Names of its frames without extension, in the order of time.
        expressions: Its sentences, in the order of the file.
    """

    name: str
    frame_names: tuple[str, ...]
    expressions: tuple[Expression, ...]


def read_meta_expressions(path: Path) -> dict[str, dict[str, Any]]:
    """Reads the ``videos`` of a ``meta_expressions.json``.

    Raises:
        UserError: If the file is missing or is no such file.
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
        UserError: If the video has no frames, or an expression has no text.
    """
    frames = video.get('frames')
    if not frames:
        raise UserError(
            f'{path}: video {name} has no frames. Add its "frames" or remove the video.'
        )
    expressions = tuple(
        _make_expression(path, name, str(exp_id), entry, has_truth)
        for exp_id, entry in video.get('expressions', {}).items()
    )
    return VideoRecord(name, tuple(sorted(map(str, frames))), expressions)


def _make_expression(
    path: Path, video: str, exp_id: str, entry: dict[str, Any], has_truth: bool
) -> Expression:
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

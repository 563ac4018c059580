"""What the annotation files of a split say, in one form for every dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mevis.boundary.formats import MetaExpressions, MeViSExpression, MeViSVideo
from mevis.boundary.json_file import read_json
from mevis.boundary.names import check_distinct, check_part, check_parts, check_path, is_blank
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

    Raises:
        UserError: If two sentences have one id; one would take the place of the other in scores.
    """

    name: str
    frame_names: tuple[str, ...]
    expressions: tuple[Expression, ...]
    video_id: int | str | None = None

    def __post_init__(self) -> None:
        """Checks the ids."""
        ids = [expression.exp_id for expression in self.expressions]
        if len(set(ids)) != len(ids):
            twice = next(exp_id for exp_id in ids if ids.count(exp_id) > 1)
            raise UserError(f'video {self.name}: two expressions have the id {twice}.')


def read_meta_expressions(path: Path) -> dict[str, MeViSVideo]:
    """Reads the ``videos`` of a ``meta_expressions.json``.

    Raises:
        UserError: If the file is missing or is no such file, or names of videos clash.
    """
    missing = 'Check data_root and split (docs/guides/data.md).'
    videos = read_json(path, MetaExpressions, missing=missing).videos
    check_distinct(videos, f'{path}: videos')
    return videos


def make_record(path: Path, name: str, video: MeViSVideo, has_truth: bool) -> VideoRecord:
    """Checks one entry of ``videos`` and makes it a record.

    Args:
        path: The file, for messages.
        name: Key of the video.
        video: Its entry.
        has_truth: Whether the split has masks; then an expression without ``anno_id`` is a
            sentence without a target.

    Raises:
        UserError: If the video has no frames, an expression has no text, or a name could lead out
            of its folder.
    """
    check_path(name, f'{path}: video')
    place = f'{path}: video {name}'
    if not video.frames:
        raise UserError(f'{place} has no frames. Add its "frames" or remove the video.')
    expressions = tuple(
        make_expression(place, exp_id, entry, has_truth)
        for exp_id, entry in video.expressions.items()
    )
    names = frame_names(place, video.frames)
    return VideoRecord(name, names, expressions, video.vid_id)


def frame_names(place: str, frames: Sequence[str | int]) -> tuple[str, ...]:
    """Checks the names of the frames of a video; keeps their order, which is that of the masks.

    Raises:
        UserError: If a name cannot be that of a file, or comes twice.
    """
    names = check_parts(map(str, frames), f'{place}: frame')
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f'{place}: frame {twice} is listed twice. Generate the file again.')
    return names


def make_expression(place: str, exp_id: str, entry: MeViSExpression, has_truth: bool) -> Expression:
    """Checks a sentence.

    Raises:
        UserError: If its id is no name of a file, it has no text, or an object's id is no number.
    """
    check_part(exp_id, f'{place}, expression')
    place = f'{place}, expression {exp_id}'
    if is_blank(entry.exp):
        raise UserError(f'{place} has no text. Fill in its "exp" or remove the expression.')
    anno_ids = object_ids(place, entry.anno_id)
    return Expression(exp_id, entry.exp, anno_ids, tuple(entry.tags), has_truth)


def object_ids(place: str, ids: list[int | str] | int | str | None) -> tuple[int, ...]:
    """The ids of objects, whether there is one or several, numbers or text.

    Raises:
        UserError: If a text is no number.
    """
    listed = ids if isinstance(ids, list) else [] if ids is None else [ids]
    for item in listed:
        if isinstance(item, str) and not (len(item) < 19 and item.isascii() and item.isdecimal()):
            raise UserError(f'{place}: the id of an object is {item!r:.40}, not a number.')
    return tuple(map(int, listed))

"""What can be wrong with one video of a split in MeViS format."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.formats import MeViSVideo
from mevis.boundary.names import (
    check_part,
    is_blank,
    is_litter,
    natural_key,
    same_but_for_case,
)
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.frame_integrity import Problem, check_frame, without_place
from mevis.datasets.video_record import make_record
from mevis.errors import UserError
from mevis.structures.mask_store import MaskStore


@dataclass(frozen=True)
class VideoCheck:
    """What a check of one video needs; travels to a worker process.

    Attributes:
        folder: ``<root>/<split>``.
        name: The video.
        video: Its entry in the annotation file.
        store: The masks of the split, where it has any.
        fast: Whether to leave out decoding.
        annotations: The file of the sentences, for messages.
    """

    folder: Path
    name: str
    video: MeViSVideo
    store: MaskStore | None
    fast: bool
    annotations: Path


class _Findings:
    def __init__(self, check: VideoCheck) -> None:
        self.check = check
        self.annotations = check.annotations
        self.counts: Counter = Counter()
        self.problems: list[Problem] = []

    def add(self, kind: str, place: Any, detail: str, is_error: bool = True) -> None:
        self.problems.append(Problem(kind, str(place), detail, is_error))

    def add_entry(self, kind: str, detail: str, is_error: bool = True) -> None:
        self.add(kind, self.annotations, f'video {self.check.name}: {detail}', is_error)


def check_video(check: VideoCheck) -> tuple[Counter, list[Problem]]:
    """Checks frames, sentences and masks of one video; never raises for damage."""
    findings = _Findings(check)
    try:
        size = _check_frames(findings)
        anno_ids = _check_expressions(findings)
        if check.store is not None:
            for anno_id in sorted(anno_ids):
                _check_object(findings, check.store, anno_id, size)
        if not any(problem.is_error for problem in findings.problems):
            _read_as_the_data_set_does(findings)
    # Of one video, so that the others are still looked at.
    except Exception as error:
        said = str(error) if isinstance(error, (UserError, OSError)) else repr(error)
        findings.add('video unreadable', check.folder / 'JPEGImages' / check.name, said)
    return findings.counts, findings.problems


def _read_as_the_data_set_does(findings: _Findings) -> None:
    """What training and testing would refuse is not sound, whatever the checks above know."""
    check = findings.check
    try:
        record = make_record(
            findings.annotations, check.name, check.video, has_truth=check.store is not None
        )
        for expression in record.expressions if check.store is not None else ():
            for anno_id in expression.anno_ids:
                check.store.check_length(anno_id, check.name, len(record.frame_names))
    except UserError as error:
        findings.add('refused', findings.annotations, without_place(error, findings.annotations))


def _check_frames(findings: _Findings) -> tuple[int, int] | None:
    """Checks the frames; returns the size of the first sound one."""
    check = findings.check
    files = FrameFiles(check.folder / 'JPEGImages')
    folder = files.root / check.name
    if not check.video.frames:
        findings.add_entry('video without frames', 'its "frames" are empty')
    names = [str(name) for name in check.video.frames]
    if len(set(names)) != len(names):
        findings.add_entry('frame listed twice', 'a name occurs twice in "frames"')
    for first, second in same_but_for_case(dict.fromkeys(names)):
        detail = f'frames {first} and {second} are one file where capitals do not count'
        findings.add_entry('ids differ in capitals', detail, is_error=False)
    if names != sorted(names, key=natural_key):
        detail = '"frames" are not in the order of their names; that of the file counts'
        findings.add_entry('frames unsorted', detail, is_error=False)
    present = files.files_of(check.name)
    if present is None:
        findings.add('video folder missing', folder, 'no such folder; extract it')
        return None
    paths = []
    for name in dict.fromkeys(names):
        if _is_name(findings, name, 'frame'):
            paths.append(files.path(check.name, name))
    size: tuple[int, int] | None = None
    for path in paths:
        size = _check_frame(findings, path, size) or size
    listed = {path.name for path in paths}
    extra = [name for name in present if name not in listed and not is_litter(name)]
    if extra:
        detail = f'{len(extra)} files that "frames" does not list, such as {extra[0]}'
        findings.add('unlisted frame', folder, detail, is_error=False)
    return size


def _is_name(findings: _Findings, name: str, what: str) -> bool:
    """Whether a name may be that of a file."""
    try:
        check_part(name, what)
    except UserError as error:
        findings.add_entry(f'{what} with a bad name', str(error))
        return False
    return True


def _check_frame(
    findings: _Findings, path: Path, size: tuple[int, int] | None
) -> tuple[int, int] | None:
    findings.counts['frames'] += 1
    found, problem = check_frame(path, size, findings.check.fast)
    if problem is not None:
        findings.problems.append(problem)
    return found


def _check_expressions(findings: _Findings) -> set[str]:
    """Checks the sentences; returns the objects they name."""
    expressions = findings.check.video.expressions
    if not expressions:
        findings.add_entry('video without expressions', 'nothing asks for it')
    for first, second in same_but_for_case(expressions):
        detail = f'expressions {first} and {second} are one folder where capitals do not count'
        findings.add_entry('ids differ in capitals', detail, is_error=False)
    named: set[str] = set()
    for exp_id, entry in expressions.items():
        findings.counts['expressions'] += 1
        _is_name(findings, exp_id, 'expression')
        if is_blank(entry.exp):
            findings.add_entry('expression empty', f'expression {exp_id} has no text ("exp")')
        anno_ids = [] if entry.anno_id is None else entry.anno_id
        if not isinstance(anno_ids, list) or not all(isinstance(key, int) for key in anno_ids):
            detail = f'expression {exp_id}: "anno_id" is not a list of numbers'
            findings.add_entry('ids malformed', detail)
            continue
        obj_ids = anno_ids if entry.obj_id is None else entry.obj_id
        if not isinstance(obj_ids, list) or len(obj_ids) != len(anno_ids):
            detail = f'expression {exp_id}: "obj_id" and "anno_id" differ in length'
            findings.add_entry('ids inconsistent', detail)
        if len(set(anno_ids)) != len(anno_ids):
            detail = f'expression {exp_id}: "anno_id" names an object twice'
            findings.add_entry('ids inconsistent', detail, is_error=False)
        if findings.check.store is not None and not anno_ids:
            findings.counts['expressions without target'] += 1
        named.update(map(str, anno_ids))
    return named


def _check_object(
    findings: _Findings, store: MaskStore, anno_id: str, size: tuple[int, int] | None
) -> None:
    check = findings.check
    if anno_id not in store:
        detail = f'video {check.name} refers to anno_id {anno_id}, which has no masks'
        findings.add('object without masks', store.name, detail)
        return
    sizes = store.sizes(anno_id)
    num_frames = len(check.video.frames)
    if len(sizes) != num_frames:
        detail = (
            f'anno_id {anno_id} has {len(sizes)} entries, video {check.name} {num_frames} frames'
        )
        findings.add('track of wrong length', store.name, detail)
    seen = [frame for frame, (height, _) in enumerate(sizes.tolist()) if height >= 0]
    wrong = [frame for frame in seen if size is not None and tuple(sizes[frame]) != size]
    if wrong:
        found = tuple(sizes[wrong[0]].tolist())
        detail = (
            f'anno_id {anno_id}, frame {wrong[0]} (one of {len(wrong)}): size {found}, the frames'
            f' of video {check.name} are {size}'
        )
        findings.add('RLE of wrong size', store.name, detail)
    if check.fast:
        return
    for frame in seen:
        try:
            store.rle(anno_id, frame)
        except UserError as error:
            reason = str(error).removeprefix(f'{store.name}: ')
            findings.add('RLE broken', store.name, reason)

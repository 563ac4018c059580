"""What can be wrong with one video of a split in MeViS format."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.pictures import picture_size
from mevis.datasets.frame_reader import read_frame
from mevis.errors import UserError
from mevis.structures.mask_store import MaskStore


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: What sort of damage; the same words for the same sort.
        place: The file.
        detail: The key in it, and what is wrong.
        is_error: False: odd, but training and testing work.
    """

    kind: str
    place: str
    detail: str
    is_error: bool = True


@dataclass(frozen=True)
class VideoCheck:
    """What a check of one video needs; travels to a worker process.

    Attributes:
        folder: ``<root>/<split>``.
        name: The video.
        video: Its entry in ``meta_expressions.json``.
        store: The masks of the split, where it has any.
        fast: Whether to leave out decoding.
    """

    folder: Path
    name: str
    video: dict[str, Any]
    store: MaskStore | None
    fast: bool


class _Findings:
    def __init__(self, check: VideoCheck) -> None:
        self.check = check
        self.annotations = check.folder / 'meta_expressions.json'
        self.counts: Counter = Counter()
        self.problems: list[Problem] = []

    def add(self, kind: str, place: Any, detail: str, is_error: bool = True) -> None:
        self.problems.append(Problem(kind, str(place), detail, is_error))

    def add_entry(self, kind: str, detail: str, is_error: bool = True) -> None:
        self.add(kind, self.annotations, f'video {self.check.name}: {detail}', is_error)


def check_video(check: VideoCheck) -> tuple[Counter, list[Problem]]:
    """Checks frames, sentences and masks of one video; never raises for damage."""
    findings = _Findings(check)
    size = _check_frames(findings)
    anno_ids = _check_expressions(findings)
    if check.store is not None:
        for anno_id in sorted(anno_ids):
            _check_object(findings, check.store, anno_id, size)
    return findings.counts, findings.problems


def _check_frames(findings: _Findings) -> tuple[int, int] | None:
    """Checks the frames; returns the size of the first sound one."""
    check = findings.check
    names = check.video.get('frames') or []
    folder = check.folder / 'JPEGImages' / check.name
    if not names:
        findings.add_entry('video without frames', 'its "frames" are empty')
    if len(set(names)) != len(names):
        findings.add_entry('frame listed twice', 'a name occurs twice in "frames"')
    if list(names) != sorted(names):
        findings.add_entry('frames unsorted', '"frames" are sorted when read', is_error=False)
    if not folder.is_dir():
        findings.add('video folder missing', folder, 'no such folder; extract it')
        return None
    size: tuple[int, int] | None = None
    for name in dict.fromkeys(names):
        size = _check_frame(findings, folder / f'{name}.jpg', size) or size
    listed = {f'{name}.jpg' for name in names}
    extra = sorted(path.name for path in folder.iterdir() if path.name not in listed)
    if extra:
        detail = f'{len(extra)} files that "frames" does not list, such as {extra[0]}'
        findings.add('unlisted frame', folder, detail, is_error=False)
    return size


def _check_frame(
    findings: _Findings, path: Path, size: tuple[int, int] | None
) -> tuple[int, int] | None:
    findings.counts['frames'] += 1
    if not path.is_file():
        findings.add('frame missing', path, 'no such file; extract it')
        return None
    if path.stat().st_size == 0:
        findings.add('frame empty', path, 'file of 0 bytes; extract it again')
        return None
    try:
        found = _header_size(path) if findings.check.fast else read_frame(path).shape[:2]
    except (UserError, OSError, SyntaxError, ValueError) as error:
        reason = str(error).removeprefix(f'{path}: the frame ')
        findings.add('frame undecodable', path, reason)
        return None
    if size is not None and found != size:
        findings.add('frame of another size', path, f'(height, width) is {found}, others {size}')
    return found


def _header_size(path: Path) -> tuple[int, int]:
    """Size by the header; a JPEG without its end marker is cut off."""
    with path.open('rb') as file:
        file.seek(-min(64, path.stat().st_size), 2)
        if b'\xff\xd9' not in file.read():
            raise ValueError('the file is truncated: its end marker is missing')
    return picture_size(path, 'frame', 'Extract the file again.')


def _check_expressions(findings: _Findings) -> set[str]:
    """Checks the sentences; returns the objects they name."""
    expressions = findings.check.video.get('expressions') or {}
    if not expressions:
        findings.add_entry('video without expressions', 'nothing asks for it')
    named: set[str] = set()
    for exp_id, entry in expressions.items():
        findings.counts['expressions'] += 1
        text = entry.get('exp')
        if not isinstance(text, str) or not text.strip():
            findings.add_entry('expression empty', f'expression {exp_id} has no text ("exp")')
        anno_ids = entry.get('anno_id', [])
        if not isinstance(anno_ids, list) or not all(isinstance(key, int) for key in anno_ids):
            detail = f'expression {exp_id}: "anno_id" is not a list of numbers'
            findings.add_entry('ids malformed', detail)
            continue
        if len(entry.get('obj_id', anno_ids)) != len(anno_ids):
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
    num_frames = len(check.video.get('frames') or [])
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

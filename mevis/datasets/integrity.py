"""What can be wrong with a split in MeViS format, found and named."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from msgspec import Struct

from mevis.boundary.formats import MeViSVideo
from mevis.boundary.json_file import checked_json, parse_json, read_bytes
from mevis.boundary.names import check_distinct, check_path, is_litter, same_but_for_case
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.frame_integrity import Problem, without_place
from mevis.datasets.mevis_format import V1_FILE, V2_FILES, annotation_file, names_objects
from mevis.datasets.video_integrity import VideoCheck, check_video
from mevis.errors import UserError
from mevis.structures.mask_store import MaskStore
from mevis.structures.process_pool import map_in_processes

# Published by the authors of MeViS; of mask_dict.json.
_PUBLISHED_SHA256 = {
    'train': 'f9d9b01a2a6d7a004e2e7a664ce2b9b1576218e975030f8e4df4f66111fb253f',
    'valid_u': '6e711a3f713cd95a825f536323e434b4d80f85a8e4e66d0cd662408e8779db50',
}
# Videos and expressions, of MeViS v1 and of v2.
_PUBLISHED_COUNTS = {'train': (1662, 23051), 'valid_u': (50, 793)}
_PUBLISHED_COUNTS_V2 = {'train': (1662, 27502), 'valid_u': (50, 907), 'valid': (140, 2523)}


@dataclass
class SplitReport:
    """What a check found.

    Attributes:
        split: Name of the split.
        annotations: Name of the file with its sentences.
        counts: Videos, expressions, frames, objects, masks, no-target expressions, checked frames.
        problems: Everything that is wrong or odd.
        notes: What is good to know, such as a checksum that fits.
    """

    split: str
    annotations: str
    counts: Counter = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether there are no errors; warnings do not count."""
        return not any(problem.is_error for problem in self.problems)

    def add(self, kind: str, place: str | Path, detail: str, is_error: bool = True) -> None:
        """Adds a problem."""
        self.problems.append(Problem(kind, str(place), detail, is_error))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            'split': self.split,
            'annotations': self.annotations,
            'sound': self.sound,
            'counts': dict(self.counts),
            'problems': [asdict(problem) for problem in self.problems],
            'notes': self.notes,
        }


def find_splits(root: Path) -> list[str]:
    """Folders of ``root`` that hold a split in MeViS format.

    Raises:
        UserError: If there is none.
    """
    if not root.is_dir():
        raise UserError(f'{root}: no such folder.')
    splits = sorted(
        folder.name
        for folder in root.iterdir()
        if not is_litter(folder.name)
        and (
            annotation_file(folder).is_file()
            or (folder / 'JPEGImages').is_dir()
            or (folder / 'JPEGImages.tar').is_file()
        )
    )
    if not splits:
        raise UserError(
            f'{root}: no split in it. Expected <split>/meta_expressions.json, or that of MeViS v2,'
            ' and <split>/JPEGImages; name the folder that holds train, valid_u, ...'
        )
    return splits


def annotation_files(folder: Path) -> list[Path]:
    """Every file with sentences that a split has, v1's first; the usual name if it has none."""
    found = [folder / name for name in (V1_FILE, *V2_FILES) if (folder / name).is_file()]
    return found or [annotation_file(folder)]


def check_split(
    folder: Path,
    fast: bool = False,
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
    annotations: Path | None = None,
) -> SplitReport:
    """Checks one split.

    Args:
        folder: ``<root>/<split>``.
        fast: Looks at the ends of each frame file instead of decoding it, and at the sizes of
            RLEs instead of their runs.
        num_workers: Processes.
        on_video: Told after each video how many of how many are done.
        annotations: The file of the sentences; None: the one of the split, v1's where it has both.
    """
    path = annotations or annotation_file(folder)
    report = SplitReport(folder.name, path.name)
    videos = _read_videos(report, path)
    store = _open_masks(report, folder / 'mask_dict.json', videos)
    _check_ids(report, path, videos, store)
    checks = [VideoCheck(folder, name, video, store, fast, path) for name, video in videos.items()]
    for done, (counts, problems) in enumerate(_run(checks, num_workers), 1):
        report.counts.update(counts)
        report.problems += problems
        on_video(done, len(checks))
    _check_folders(report, folder / 'JPEGImages', videos)
    if path.name == V1_FILE:
        _check_published(report, folder, fast)
    elif path.name in V2_FILES:
        _compare_with_v2(report)
    return report


def _run(checks: list[VideoCheck], num_workers: int) -> Iterator[tuple[Counter, list[Problem]]]:
    yield from map_in_processes(check_video, checks, min(num_workers, len(checks)))


class _AnyVideos(Struct):
    videos: dict[str, Any]


def _read_videos(report: SplitReport, path: Path) -> dict[str, MeViSVideo]:
    """The videos whose entries have the form of one."""
    kind = 'annotations malformed'
    if not path.exists():
        report.add('annotations missing', path, 'no such file; download it')
        return {}
    sound = {}
    try:
        videos = checked_json(parse_json(read_bytes(path), path), _AnyVideos, path).videos
    except UserError as error:
        report.add(kind, path, without_place(error, path))
        return {}
    for name, entry in videos.items():
        try:
            check_path(name, f'{path}: video')
            sound[name] = checked_json(entry, MeViSVideo, f'{path}: video {name}')
        except UserError as error:
            report.add(kind, path, without_place(error, path))
    try:
        check_distinct(sound, f'{path}: videos')
    except UserError as error:
        report.add(kind, path, without_place(error, path))
    for first, second in same_but_for_case(sound):
        detail = f'videos {first} and {second} are one folder where capitals do not count'
        report.add('ids differ in capitals', path, detail, is_error=False)
    if not sound:
        report.add('annotations empty', path, 'no videos')
    report.counts['videos'] = len(sound)
    return sound


def _open_masks(report: SplitReport, path: Path, videos: dict[str, MeViSVideo]) -> MaskStore | None:
    if not path.is_file():
        named = any(map(names_objects, videos.values()))
        if named:
            report.add('masks missing', path, 'no such file, but expressions name anno_id')
        return None
    try:
        store = MaskStore.open(path)
    except (UserError, OSError) as error:
        report.add('masks malformed', path, without_place(error, path))
        return None
    report.counts['objects'] = len(store)
    report.counts['masks'] = store.num_masks
    return store


def _check_ids(
    report: SplitReport, path: Path, videos: dict[str, MeViSVideo], store: MaskStore | None
) -> None:
    owners: dict[str, str] = {}
    for name, video in videos.items():
        for entry in video.expressions.values():
            for anno_id in map(str, entry.anno_id if isinstance(entry.anno_id, list) else ()):
                owner = owners.setdefault(anno_id, name)
                if owner != name:
                    detail = f'anno_id {anno_id} is used by videos {owner} and {name}'
                    report.add('object in two videos', path, detail)
    if store is not None:
        unused = [anno_id for anno_id in store if anno_id not in owners]
        report.counts['objects without expression'] = len(unused)
        for anno_id in store:
            if (store.sizes(anno_id)[:, 0] < 0).all():
                detail = f'anno_id {anno_id} has no mask in any frame'
                report.add('object never seen', store.name, detail, is_error=False)


def _check_folders(report: SplitReport, folder: Path, videos: dict[str, MeViSVideo]) -> None:
    files = FrameFiles(folder)
    if files.root is folder and not folder.is_dir():
        detail = 'no such folder, nor JPEGImages.tar; download or extract it'
        report.add('frames missing', folder, detail)
        return
    known = {name.split('/')[0] for name in videos}
    try:
        found = [name for name in files.videos() if not is_litter(name)]
    except (OSError, UserError) as error:
        report.add('frames missing', files.root, without_place(error, files.root))
        return
    if files.archive is not None:
        report.notes.append('frames are read from JPEGImages.tar in place')
    for extra in (name for name in found if name not in known):
        detail = f'not in {report.annotations}'
        report.add('unknown video folder', files.root / extra, detail, is_error=False)


def _check_published(report: SplitReport, folder: Path, fast: bool) -> None:
    """Compares with the sums that the authors published, where this is MeViS."""
    expected = _PUBLISHED_COUNTS.get(folder.name)
    masks = folder / 'mask_dict.json'
    if expected is None or report.counts['videos'] != expected[0] or not masks.is_file():
        return
    if fast:
        report.notes.append('fast: the published SHA-256 of mask_dict.json was not compared')
        return
    digest = _sha256(masks)
    if digest == _PUBLISHED_SHA256[folder.name]:
        report.notes.append('mask_dict.json has the SHA-256 that the authors of MeViS published')
        return
    is_v1 = report.counts['expressions'] == expected[1]
    detail = f'SHA-256 {digest} is not the published {_PUBLISHED_SHA256[folder.name]}'
    detail += '; download it again' if is_v1 else '; expected of MeViS v1, not of v2'
    report.add('checksum', masks, detail, is_error=is_v1)


def _compare_with_v2(report: SplitReport) -> None:
    """Says whether there is as much as the authors of MeViS v2 counted; they count two ways."""
    expected = _PUBLISHED_COUNTS_V2.get(report.split)
    found = (report.counts['videos'], report.counts['expressions'])
    if expected is not None and found[0] == expected[0]:
        same = 'as published' if found == expected else f'{expected[1]} were published'
        report.notes.append(f'{found[1]} expressions of MeViS v2 ({same})')


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

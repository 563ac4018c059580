"""What is wrong with an archive as a whole, where every entry would be a fault of its own."""

import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from mevis.evaluation.submission.layout import VideoLayout
from mevis.evaluation.submission.problem import SubmissionProblem

_PACKED = ('.zip', '.7z', '.rar', '.tar', '.gz', '.tgz', '.bz2', '.xz')
_METHODS = {1: 'Shrink', 6: 'Implode', 9: 'Deflate64', 93: 'Zstandard', 95: 'XZ', 98: 'PPMd'}
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_END = b'PK\5\6'
_END_LENGTH = 22
_MACOS = '__MACOSX'


def whole_fault(
    entries: Sequence[zipfile.ZipInfo], layout: Sequence[VideoLayout]
) -> SubmissionProblem | None:
    """The one fault from which all others of an archive would follow.

    Args:
        entries: Its files, without folders.
        layout: What the split asks for.
    """
    names = [entry.filename for entry in entries if not is_litter(entry.filename)]
    if not names:
        return SubmissionProblem('the archive', 'there are no files in it.')
    expected = {entry for video in layout for entry in video.entries()}
    if expected.isdisjoint(names):
        misplaced = (
            _backslashes(names, layout)
            or _enclosing_folder(names, layout)
            or _lacks_folder(names, layout)
            or _nested(names)
        )
        if misplaced:
            return misplaced
    return _not_readable(entries)


def surrounded(file: zipfile.ZipFile, path: str | Path) -> SubmissionProblem | None:
    """Bytes before or after the archive in its file, which some programs take and others do not."""
    size = Path(path).stat().st_size
    first = min((entry.header_offset for entry in file.infolist()), default=0)
    end = size - len(file.comment) - _END_LENGTH
    with Path(path).open('rb') as raw:
        raw.seek(max(0, end))
        after = raw.read(len(_END)) != _END
    if not (first or after):
        return None
    where = 'before' if first else 'after'
    return SubmissionProblem(
        str(path), f'there are bytes {where} the archive in its file. Write or download it again.'
    )


def is_litter(name: str) -> bool:
    """Whether a file manager added it."""
    return _is_of_macos(name) or PurePosixPath(name).name in ('.DS_Store', 'Thumbs.db')


def foreign_entries(
    names: Collection[str], layout: Sequence[VideoLayout]
) -> Iterator[SubmissionProblem]:
    """Files too many; those that macOS adds as one fault."""
    expected = {entry for video in layout for entry in video.entries()}
    counts = Counter(names)
    added = sum(_is_of_macos(name) for name in counts)
    if added:
        detail = f"{added} files that macOS adds. Remove them: zip -d ARCHIVE '{_MACOS}/*'"
        yield SubmissionProblem(f'{_MACOS}/', detail)
    for name, count in counts.items():
        if _is_of_macos(name):
            continue
        if name not in expected:
            yield SubmissionProblem(name, 'not of this split. Remove it from the archive.')
        elif count > 1:
            yield SubmissionProblem(name, f'is there {count} times. Write the archive again.')


def _is_of_macos(name: str) -> bool:
    return _MACOS in name.split('/')[:-1]


def _backslashes(names: Sequence[str], layout: Sequence[VideoLayout]) -> SubmissionProblem | None:
    videos = _Videos(layout)
    slashed = [name for name in names if '\\' in name]
    if any(videos.folder_before(name.replace('\\', '/')) is not None for name in slashed):
        return SubmissionProblem(
            slashed[0],
            f'{len(slashed)} names have backslashes where folders are separated by slashes. Pack'
            ' the folders with another program.',
        )
    return None


def _enclosing_folder(
    names: Sequence[str], layout: Sequence[VideoLayout]
) -> SubmissionProblem | None:
    """The folder, or folders in folders, that the videos lie in."""
    videos = _Videos(layout)
    folders = Counter(videos.folder_before(name) for name in names)
    folders.pop(None, None)
    if not folders or '' in folders:
        return None
    folder = folders.most_common(1)[0][0]
    several = f' There are {len(folders)} of them.' if len(folders) > 1 else ''
    detail = (
        'an enclosing folder. The archive must hold the video folders directly: zip the'
        f' content of this folder, not the folder.{several}'
    )
    return SubmissionProblem(folder, detail)


def _lacks_folder(names: Sequence[str], layout: Sequence[VideoLayout]) -> SubmissionProblem | None:
    """Videos at the top where the server wants a folder around them."""
    folders = {video.folder for video in layout} - {''}
    tops = {name.split('/')[0] for name in names}
    if not folders or tops.isdisjoint(video.name for video in layout):
        return None
    folder = folders.pop()
    detail = f'is missing. This server wants the video folders in a folder {folder}: zip that.'
    return SubmissionProblem(f'{folder}/', detail)


class _Videos:
    """Finds names of videos among the folders of an entry."""

    def __init__(self, layout: Sequence[VideoLayout]) -> None:
        self._names = {video.root for video in layout}
        self._lengths = {name.count('/') + 1 for name in self._names}

    def folder_before(self, name: str) -> str | None:
        """What lies before the first name of a video: '' for nothing, None if there is none."""
        parts = name.split('/')
        for start in range(len(parts) - 1):
            if any('/'.join(parts[start : start + n]) in self._names for n in self._lengths):
                return ''.join(f'{part}/' for part in parts[:start])
        return None


def _nested(names: Sequence[str]) -> SubmissionProblem | None:
    packed = [name for name in names if name.lower().endswith(_PACKED)]
    if not packed:
        return None
    detail = 'an archive in the archive. Unpack this one, and check and upload what is in it.'
    return SubmissionProblem(packed[0], detail)


def _not_readable(entries: Sequence[zipfile.ZipInfo]) -> SubmissionProblem | None:
    """Encrypted, or packed by a method that few programs know."""
    encrypted = [entry.filename for entry in entries if entry.flag_bits & 1]
    if encrypted:
        detail = f'{len(encrypted)} files are encrypted. Pack them without a password.'
        return SubmissionProblem(encrypted[0], detail)
    for entry in entries:
        if entry.compress_type not in _READ:
            method = _METHODS.get(entry.compress_type, f'method {entry.compress_type}')
            detail = f'packed by {method}, which few programs unpack. Pack it by Deflate.'
            return SubmissionProblem(entry.filename, detail)
    return None

"""Says what an evaluation server would reject in an archive, entry by entry."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from mevis.boundary.pictures import open_picture
from mevis.errors import UserError
from mevis.evaluation.process_pool import map_in_processes
from mevis.evaluation.submission.layout import VideoLayout

Size = tuple[int, int]
OnVideo = Callable[[int, int], None]
_PNG = b'\x89PNG\r\n\x1a\n'
_KINDS = {'1': '1-bit', 'P': 'palette', 'RGB': 'RGB', 'RGBA': 'RGBA', 'LA': 'grey and alpha'}


@dataclass(frozen=True)
class SubmissionProblem:
    """One thing that is wrong.

    Attributes:
        entry: The file of the archive, or the folder that is missing.
        detail: What is wrong and how to mend it.
    """

    entry: str
    detail: str

    def __str__(self) -> str:
        return f'{self.entry}: {self.detail}'


def check_archive(
    archive: str | Path,
    layout: Sequence[VideoLayout],
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> list[SubmissionProblem]:
    """Checks an archive against a split: names, completeness, format, size and values.

    Args:
        archive: The zip file.
        layout: What the split asks for.
        num_workers: Processes.
        on_video: Told after each video how many of how many are done.

    Returns:
        What is wrong; nothing for an archive that the server takes.

    Raises:
        OSError: If the file cannot be read.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            names = [info.filename for info in file.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError) as error:
        detail = f'not a whole zip file ({error}). Write or upload it again.'
        return [SubmissionProblem(str(archive), detail)]
    enclosing = _enclosing_folder(names, layout)
    if enclosing:
        detail = (
            'an enclosing folder. The archive must hold the video folders directly: zip the'
            ' content of this folder, not the folder.'
        )
        return [SubmissionProblem(f'{enclosing}/', detail)]
    present = set(names)
    problems = list(_names_that_do_not_belong(names, layout))
    for video in layout:
        problems += _missing(video, present)
    # Opening an archive reads its whole directory, so a job is several videos.
    size = max(1, len(layout) // (8 * max(1, num_workers)))
    shares = [layout[first : first + size] for first in range(0, len(layout), size)]
    jobs = [(str(archive), share) for share in shares]
    done = 0
    for share, found in zip(
        shares, map_in_processes(_check_videos, jobs, num_workers), strict=True
    ):
        problems += found
        done += len(share)
        on_video(done, len(layout))
    return problems


def _enclosing_folder(names: Sequence[str], layout: Sequence[VideoLayout]) -> str | None:
    """The folder that everything lies in, if that is no video of the split."""
    videos = {video.name for video in layout}
    tops = {PurePosixPath(name).parts[0] for name in names if not _is_litter(name)}
    inner = {PurePosixPath(name).parts[1:2] for name in names}
    if len(tops) == 1 and not tops & videos and any((video,) in inner for video in videos):
        return tops.pop()
    return None


def _is_litter(name: str) -> bool:
    """What file managers add."""
    path = PurePosixPath(name)
    return path.parts[0] == '__MACOSX' or path.name in ('.DS_Store', 'Thumbs.db')


def _names_that_do_not_belong(
    names: Sequence[str], layout: Sequence[VideoLayout]
) -> Iterator[SubmissionProblem]:
    expected = {entry for video in layout for entry in video.entries()}
    for name, count in Counter(names).items():
        if name not in expected:
            yield SubmissionProblem(name, 'not of this split. Remove it from the archive.')
        elif count > 1:
            yield SubmissionProblem(name, f'is there {count} times. Write the archive anew.')


def _missing(video: VideoLayout, present: set[str]) -> Iterator[SubmissionProblem]:
    """What is missing, as the largest folder that is missing whole."""
    missing = {
        exp_id: [
            frame
            for frame in video.frame_names
            if f'{video.name}/{exp_id}/{frame}.png' not in present
        ]
        for exp_id in video.exp_ids
    }
    num_frames = len(video.frame_names)
    if all(len(frames) == num_frames for frames in missing.values()):
        detail = f'the video is missing ({len(video.exp_ids)} expressions, {num_frames} frames).'
        yield SubmissionProblem(f'{video.name}/', detail)
        return
    for exp_id, frames in missing.items():
        place = f'{video.name}/{exp_id}'
        if len(frames) == num_frames:
            detail = f'the expression is missing ({num_frames} frames).'
            yield SubmissionProblem(f'{place}/', detail)
            continue
        for frame in frames:
            detail = 'the frame is missing. Every frame needs a mask, empty or not.'
            yield SubmissionProblem(f'{place}/{frame}.png', detail)


def _check_videos(job: tuple[str, Sequence[VideoLayout]]) -> list[SubmissionProblem]:
    archive, videos = job
    problems = []
    with zipfile.ZipFile(archive) as file:
        present = set(file.namelist())
        for video in videos:
            size = video.size
            for name in video.entries():
                if name not in present:
                    continue
                try:
                    detail, found = _wrong_with(file.read(name), size)
                    size = size or found
                except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
                    detail = f'cannot be unpacked ({error}). Write the archive anew.'
                if detail:
                    problems.append(SubmissionProblem(name, detail))
    return problems


def _wrong_with(data: bytes, size: Size | None) -> tuple[str | None, Size | None]:
    """What is wrong with a file, None for a mask of the right form; and its size."""
    if not data.startswith(_PNG):
        return 'not a PNG file.', None
    try:
        with open_picture(data, 'PNG') as image:
            mode, found = image.mode, (image.height, image.width)
            pixels = np.asarray(image)
    except UserError as error:
        return str(error).removeprefix('these bytes: '), None
    if mode != 'L':
        kind = _KINDS.get(mode, '16-bit')
        return f'a PNG of {kind} pixels; a single channel of 8 bits is asked for.', found
    if size is not None and found != tuple(size):
        return (
            f'{found[0]}x{found[1]} (height x width); the video is {size[0]}x{size[1]}.'
            ' Masks must have the original size.'
        ), found
    values = np.flatnonzero(np.bincount(pixels.ravel(), minlength=256)).tolist()
    if not set(values) <= {0, 255}:
        listed = ', '.join(map(str, values[:5])) + (', …' if len(values) > 5 else '')
        return f'pixel values {listed}; only 0 and 255 are allowed.', found
    return None, found

"""Says what an evaluation server would reject in an archive, entry by entry."""

import errno
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from mevis.boundary.files import regular_file
from mevis.boundary.pictures import has_end, open_picture
from mevis.errors import UserError
from mevis.evaluation.submission.layout import VideoLayout
from mevis.evaluation.submission.problem import SubmissionProblem
from mevis.evaluation.submission.structure import foreign_entries, surrounded, whole_fault
from mevis.structures.process_pool import map_in_processes

Size = tuple[int, int]
OnVideo = Callable[[int, int], None]
_HEAD = 1 << 16
_PNG = b'\x89PNG\r\n\x1a\n'
_KINDS = {'1': '1-bit', 'P': 'palette', 'RGB': 'RGB', 'RGBA': 'RGBA', 'LA': 'grey and alpha'}


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
        UserError: If it is a folder, a pipe or a device.
        OSError: If the file cannot be read.
    """
    try:
        with zipfile.ZipFile(regular_file(archive)) as file:
            entries = [info for info in file.infolist() if not info.is_dir()]
            fault = surrounded(file, archive)
    # Of a damaged directory anything is raised.
    except Exception as error:
        if isinstance(error, UserError) or _is_of_the_system(error):
            raise
        detail = f'not a whole zip file ({_said(error)}). Write or upload it again.'
        return [SubmissionProblem(str(archive), detail)]
    fault = fault or whole_fault(entries, layout)
    if fault:
        return [fault]
    names = [entry.filename for entry in entries]
    present = set(names)
    problems = list(foreign_entries(names, layout))
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


def _missing(video: VideoLayout, present: set[str]) -> Iterator[SubmissionProblem]:
    """What is missing, as the largest folder that is missing whole."""
    missing = {
        exp_id: [
            frame
            for frame in video.frame_names
            if f'{video.root}/{exp_id}/{frame}.png' not in present
        ]
        for exp_id in video.exp_ids
    }
    num_frames = len(video.frame_names)
    if all(len(frames) == num_frames for frames in missing.values()):
        detail = f'the video is missing ({len(video.exp_ids)} expressions, {num_frames} frames).'
        yield SubmissionProblem(f'{video.root}/', detail)
        return
    for exp_id, frames in missing.items():
        place = f'{video.root}/{exp_id}'
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
                    detail, found = _wrong_with_entry(file, name, size)
                    size = size or found
                # Deflate, bzip2 and LZMA have errors of their own, some of them none of zipfile's.
                except Exception as error:
                    if _is_of_the_system(error):
                        raise
                    detail = f'cannot be unpacked ({_said(error)}). Write the archive again.'
                if detail:
                    problems.append(SubmissionProblem(name, detail))
    return problems


def _wrong_with_entry(
    file: zipfile.ZipFile, name: str, size: Size | None
) -> tuple[str | None, Size | None]:
    """Reads an entry no further than a mask of the size that it states can be long."""
    with file.open(name) as entry:
        head = entry.read(_HEAD)
        detail, found = _wrong_with_header(head, size)
        if detail or found is None:
            return detail, found
        longest = _HEAD + 2 * (found[0] + 1) * (found[1] + 1)
        data = head + entry.read(longest)
        if len(data) > longest:
            return f'unpacks to more than {longest} bytes, which no mask of its size needs.', found
    return _wrong_with_pixels(data), found


def _wrong_with_header(head: bytes, size: Size | None) -> tuple[str | None, Size | None]:
    """What is wrong before any pixel is decoded, and the size that the header states."""
    if not head.startswith(_PNG):
        return 'not a PNG file.', None
    try:
        with open_picture(head, 'PNG') as image:
            mode, found = image.mode, (image.height, image.width)
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
    return None, found


def _wrong_with_pixels(data: bytes) -> str | None:
    try:
        with open_picture(data, 'PNG') as image:
            if getattr(image, 'is_animated', False):
                return 'an animated PNG; one mask is asked for.'
            pixels = np.asarray(image)
    except UserError as error:
        return str(error).removeprefix('these bytes: ')
    if not has_end(data):
        return 'cut off: its end is missing.'
    values = np.flatnonzero(np.bincount(pixels.ravel(), minlength=256)).tolist()
    if not set(values) <= {0, 255}:
        listed = ', '.join(map(str, values[:5])) + (', …' if len(values) > 5 else '')
        return f'pixel values {listed}; only 0 and 255 are allowed.'
    return None


def _is_of_the_system(error: Exception) -> bool:
    """Whether the disk or the rights are at fault, not the bytes."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _said(error: Exception) -> str:
    return ' '.join(str(error).split())[:200] or type(error).__name__

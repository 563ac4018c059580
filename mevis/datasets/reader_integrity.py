"""What can be wrong with a split, found by reading all of it as training and testing do."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevis.boundary.rle import check_runs
from mevis.datasets.frame_integrity import Problem, Size, check_frame
from mevis.datasets.instance_dataset import InstanceDataset
from mevis.datasets.integrity import SplitReport
from mevis.datasets.layouts import FoundSplit
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures.process_pool import map_in_processes

_CHUNKS_PER_WORKER = 8
# Videos of the released splits.
_PUBLISHED = {
    ('RefYouTubeVOSDataset', 'train'): 3471,
    ('RefYouTubeVOSDataset', 'valid'): 202,
    ('RefDAVISDataset', 'train'): 60,
    ('RefDAVISDataset', 'val'): 30,
}
Dataset = RefVidSegDataset | InstanceDataset


def check_reader(
    root: Path,
    split: FoundSplit,
    layout: str,
    fast: bool = False,
    num_workers: int = 1,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> SplitReport:
    """Checks one split.

    What is wrong with an annotation file ends its reading, so it is reported one thing at a time;
    frames and masks are all looked at.

    Args:
        root: Folder of the dataset.
        split: The split.
        layout: Its name, for the report.
        fast: Looks at the ends of each frame file instead of decoding it, and at no mask.
        num_workers: Processes.
        on_video: Told how many videos of how many are done.
    """
    report = SplitReport(split.name, layout)
    config = {**split.options, 'data_root': str(root), 'pipeline': [], 'test_mode': True}
    try:
        dataset: Dataset = DATASETS.build({**config, 'frame_sampler': {'type': 'AllFramesSampler'}})
    except UserError as error:
        report.problems.append(_problem('annotations refused', error, root))
        return report
    total = len(dataset.records)
    report.counts['videos'] = total
    size = 1 if num_workers <= 1 else max(1, -(-total // (num_workers * _CHUNKS_PER_WORKER)))
    jobs = [_Job(dataset, range(at, min(at + size, total)), fast) for at in range(0, total, size)]
    done = 0
    for job, (counts, problems) in zip(
        jobs, map_in_processes(_check_videos, jobs, num_workers), strict=True
    ):
        report.counts.update(counts)
        report.problems += problems
        done += len(job.videos)
        on_video(done, total)
    expected = _PUBLISHED.get((str(split.options['type']), split.name))
    if expected is not None and total != expected:
        report.notes.append(f'{total} videos; the released split has {expected}')
    if fast:
        report.notes.append('fast: masks were not read')
    return report


@dataclass(frozen=True)
class _Job:
    """Some videos; a whole dataset travels with them, so not one at a time."""

    dataset: Dataset
    videos: Sequence[int]
    fast: bool


def _check_videos(job: _Job) -> tuple[Counter, list[Problem]]:
    counts: Counter = Counter()
    problems: list[Problem] = []
    for index in job.videos:
        record = job.dataset.records[index]
        try:
            problems += _check_video(job, record, counts)
        # Of one video, so that the others are still looked at.
        except Exception as error:
            place = job.dataset.data_root / record.name
            problems.append(_problem('video unreadable', error, place))
    return counts, problems


def _check_video(job: _Job, record: VideoRecord, counts: Counter) -> list[Problem]:
    problems = []
    size: Size | None = None
    for name in record.frame_names:
        counts['frames'] += 1
        path = job.dataset.frame_path(record.name, name)
        found, problem = check_frame(path, size, job.fast)
        size = size or found
        problems += [problem] if problem else []
    if isinstance(job.dataset, InstanceDataset):
        return problems + _check_tracks(job, job.dataset, record, size, counts)
    return problems + _check_expressions(job, job.dataset, record, size, counts)


def _check_tracks(
    job: _Job, dataset: InstanceDataset, record: VideoRecord, size: Size | None, counts: Counter
) -> list[Problem]:
    tracks = dataset.read_tracks(record, range(len(record.frame_names))) or []
    counts['objects'] += len(tracks)
    problems = []
    for track in () if job.fast else tracks:
        problems += _check_masks(job, record, f'object {track.track_id}', track.rles, size)
    return problems


def _check_expressions(
    job: _Job, dataset: RefVidSegDataset, record: VideoRecord, size: Size | None, counts: Counter
) -> list[Problem]:
    problems = []
    place = str(dataset.data_root)
    if not record.expressions:
        detail = f'video {record.name}: nothing asks for it'
        problems.append(Problem('video without expressions', place, detail, is_error=False))
    for expression in record.expressions:
        counts['expressions'] += 1
        if not expression.has_truth:
            continue
        if not expression.anno_ids:
            counts['expressions without target'] += 1
            continue
        if job.fast:
            continue
        try:
            rles = dataset.read_truth(record, expression, range(len(record.frame_names)))
        except (UserError, OSError) as error:
            problems.append(_problem('mask unreadable', error, dataset.data_root / record.name))
            continue
        what = f'expression {expression.exp_id}'
        problems += _check_masks(job, record, what, rles, size)
    return problems


def _check_masks(
    job: _Job,
    record: VideoRecord,
    what: str,
    rles: Sequence[Any],
    size: Size | None,
) -> list[Problem]:
    place = str(job.dataset.data_root)
    named = f'video {record.name}, {what}'
    seen = [(frame, rle) for frame, rle in enumerate(rles) if rle is not None]
    if not seen:
        return [Problem('object never seen', place, f'{named}: no mask in any frame', False)]
    wrong = [(frame, rle) for frame, rle in seen if size and tuple(rle['size']) != size]
    if wrong:
        frame, rle = wrong[0]
        detail = (
            f'{named}, frame {record.frame_names[frame]} (one of {len(wrong)}): (height, width) is'
            f' {tuple(rle["size"])}, the frames are {size}'
        )
        return [Problem('mask of another size', place, detail)]
    try:
        check_runs([rle for _, rle in seen], named)
    except UserError as error:
        return [Problem('RLE broken', place, str(error))]
    return []


def _problem(kind: str, error: Exception, place: Path) -> Problem:
    """Names the file that the message begins with, else a folder."""
    said = str(error) if isinstance(error, (UserError, OSError)) else repr(error)
    head, separator, rest = said.partition(': ')
    if separator and '/' in head and ' ' not in head.removeprefix(str(place)):
        return Problem(kind, head, rest)
    return Problem(kind, str(place), said)

"""What the evaluation server asks for of a split: of its annotation file or of a data set."""

from pathlib import Path

from mevis.boundary.pictures import picture_size
from mevis.datasets import RefVidSegDataset
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.submission import VideoLayout


def layout_of_annotations(annotations: str | Path) -> list[VideoLayout]:
    """Reads what a split in MeViS format asks for.

    Args:
        annotations: Its ``meta_expressions.json``, or that of MeViS v2; sizes are those of the
            frames in ``JPEGImages`` or ``JPEGImages.tar`` beside it, None for videos without frames
            there.

    Raises:
        UserError: If the file is missing or malformed, or a frame is damaged.
    """
    path = Path(annotations)
    videos = read_meta_expressions(path)
    if not any(video.expressions for video in videos.values()):
        raise UserError(f'{path}: no video has expressions, so there is nothing to submit.')
    layouts, frames = [], FrameFiles(path.parent / 'JPEGImages')
    for name, video in videos.items():
        record = make_record(path, name, video, has_truth=False)
        first = record.frame_names[0]
        there = frames.ending(name, first) is not None
        layouts.append(_layout(record, _frame_size(frames.path(name, first)) if there else None))
    return layouts


def layout_of_dataset(dataset: RefVidSegDataset) -> list[VideoLayout]:
    """Reads what the split of a data set asks for.

    Raises:
        UserError: If a video's first frame cannot be read.
    """
    return [_layout(record, dataset.frame_size(record)) for record in dataset.records]


def _layout(record: VideoRecord, size: tuple[int, int] | None) -> VideoLayout:
    exp_ids = tuple(expression.exp_id for expression in record.expressions)
    return VideoLayout(record.name, exp_ids, tuple(record.frame_names), size)


def _frame_size(path: Path) -> tuple[int, int]:
    return picture_size(path, 'frame', 'Fetch it again.')

"""What the evaluation server asks for of a split: of its annotation file or of a dataset."""

from pathlib import Path

from mevis.boundary.pictures import picture_size
from mevis.datasets import RefVidSegDataset, RefYouTubeVOSDataset
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.submission import VideoLayout


def layout_of_annotations(annotations: str | Path) -> list[VideoLayout]:
    """Reads what a split in MeViS format, or one of Ref-YouTube-VOS, asks for.

    Args:
        annotations: Its ``meta_expressions.json``, or that of MeViS v2; sizes are those of the
            frames in ``JPEGImages`` or ``JPEGImages.tar`` beside it, None for videos without frames
            there.  In Ref-YouTube-VOS this is ``meta_expressions/<split>/meta_expressions.json``.

    Raises:
        UserError: If the file is missing or malformed, or a frame is damaged.
    """
    path = Path(annotations)
    if path.absolute().parent.parent.name == 'meta_expressions':
        return _layout_of_ref_youtube_vos(path.absolute())
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
    """Reads what the split of a dataset asks for.

    Raises:
        UserError: If a video's first frame cannot be read.
    """
    folder = dataset.submission_folder
    return [_layout(record, dataset.frame_size(record), folder) for record in dataset.records]


def _layout_of_ref_youtube_vos(path: Path) -> list[VideoLayout]:
    """Of valid, the videos of test are left out; see the dataset."""
    root, split = path.parents[2], path.parent.name
    dataset = RefYouTubeVOSDataset(str(root), split, {'type': 'AllFramesSampler'}, [], True)
    layouts = []
    for record in dataset.records:
        there = dataset.frame_path(record.name, record.frame_names[0]).is_file()
        size = dataset.frame_size(record) if there else None
        layouts.append(_layout(record, size, dataset.submission_folder))
    return layouts


def _layout(record: VideoRecord, size: tuple[int, int] | None, folder: str = '') -> VideoLayout:
    exp_ids = tuple(expression.exp_id for expression in record.expressions)
    texts = tuple(expression.text for expression in record.expressions)
    return VideoLayout(record.name, exp_ids, tuple(record.frame_names), size, folder, texts)


def _frame_size(path: Path) -> tuple[int, int]:
    return picture_size(path, 'frame', 'Fetch it again.')

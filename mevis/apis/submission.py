"""Archives for the evaluation server, checked against the split."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.prediction_source import PredictionSource, open_predictions
from mevis.structures.atomic_write import atomic_path

Size = tuple[int, int]
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the same masks are the same bytes
_MOST_PROBLEMS = 10


@dataclass(frozen=True)
class SplitOutline:
    """What an archive must hold.

    Attributes:
        records: Videos with their frames and expressions.
        sizes: (height, width) of each video, where its frames are at hand.
    """

    records: tuple[VideoRecord, ...]
    sizes: Mapping[str, Size]

    def entries(self) -> Iterator[tuple[str, VideoRecord]]:
        """Names of all entries with the video of each, in order."""
        for record in self.records:
            for expression in record.expressions:
                for frame in record.frame_names:
                    yield f'{record.name}/{expression.exp_id}/{frame}.png', record


def outline_of(annotations: str | Path) -> SplitOutline:
    """Reads what a split asks for.

    Args:
        annotations: ``meta_expressions.json``; sizes are those of the JPEGs beside it, if any.

    Raises:
        UserError: If the file is missing or malformed.
    """
    path = Path(annotations)
    records = tuple(
        make_record(path, name, video, has_truth=False)
        for name, video in read_meta_expressions(path).items()
    )
    if not records:
        raise UserError(f'{path}: names no videos.')
    return SplitOutline(records, sizes_of(records, path.parent / 'JPEGImages'))


def sizes_of(records: Iterable[VideoRecord], images: Path) -> dict[str, Size]:
    """(height, width) of the videos whose first frame is there."""
    sizes = {}
    for record in records:
        frame = images / record.name / f'{record.frame_names[0]}.jpg'
        if frame.is_file():
            try:
                with Image.open(frame) as image:
                    sizes[record.name] = image.size[::-1]
            except OSError as error:
                raise UserError(f'{frame}: cannot be read ({error}). Fetch it again.') from error
    return sizes


def write_submission(
    predictions: str | Path,
    outline: SplitOutline,
    out_file: str | Path,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Writes ``<video>/<expression id>/<frame>.png`` into a zip file and checks it.

    Args:
        predictions: Answers of tools/test.py, or a tree of PNG files.
        outline: What the split asks for.
        out_file: The archive; it appears only when it is complete and sound.
        on_video: Told after each video how many of how many are done.

    Raises:
        UserError: If a video, an expression or a frame lacks a mask, or the archive has a fault.
    """
    out_file = Path(out_file)
    if out_file.suffix != '.zip':
        raise UserError(f'{out_file}: name the archive .zip.')
    source = open_predictions(predictions)
    missing = [record.name for record in outline.records if not source.has_video(record.name)]
    if missing:
        raise UserError(
            f'{predictions}: {len(missing)} of {len(outline.records)} videos have no predictions,'
            f' such as {missing[0]}. Run tools/test.py on the whole split first.'
        )
    with atomic_path(out_file) as temporary:
        with zipfile.ZipFile(temporary, 'w', zipfile.ZIP_STORED) as archive:
            for done, record in enumerate(outline.records, 1):
                _write_video(archive, record, source, outline.sizes.get(record.name))
                on_video(done, len(outline.records))
        check_submission(temporary, outline, name=str(out_file))
    return out_file


def _write_video(
    archive: zipfile.ZipFile, record: VideoRecord, source: PredictionSource, size: Size | None
) -> None:
    for expression in record.expressions:
        masks = source.masks(record.name, expression.exp_id, record.frame_names, size)
        for frame, mask in zip(record.frame_names, masks, strict=True):
            name = f'{record.name}/{expression.exp_id}/{frame}.png'
            # PNG is compressed already.
            archive.writestr(zipfile.ZipInfo(name, _TIMESTAMP), _png(mask))


def _png(mask: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(buffer, 'PNG')
    return buffer.getvalue()


def check_submission(path: str | Path, outline: SplitOutline, name: str | None = None) -> int:
    """Finds what the server would reject.

    Args:
        path: The archive.
        outline: What the split asks for.
        name: How messages call it; its path by default.

    Returns:
        The number of masks.

    Raises:
        UserError: Naming the first faults.
    """
    name = name or str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged is not None:
                raise UserError(f'{name}: {damaged} is damaged. Write the archive again.')
            problems = list(_problems(archive, outline))
    except FileNotFoundError as error:
        raise UserError(f'{name}: no such file.') from error
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise UserError(f'{name}: not a whole zip file ({error}). Write it again.') from error
    if problems:
        shown = '; '.join(problems[:_MOST_PROBLEMS])
        more = len(problems) - _MOST_PROBLEMS
        raise UserError(f'{name}: {shown}{f"; and {more} more" if more > 0 else ""}.')
    return sum(1 for _ in outline.entries())


def _problems(archive: zipfile.ZipFile, outline: SplitOutline) -> Iterator[str]:
    there = {info.filename for info in archive.infolist() if not info.is_dir()}
    wanted = dict(outline.entries())
    enclosing = _enclosing_folder(there, wanted)
    if enclosing:
        yield (
            f'everything is inside the folder {enclosing}/; the video folders must be at the top.'
            ' Zip the content of the folder, not the folder'
        )
        return
    for entry in sorted(set(wanted) - there):
        yield f'{entry} is missing'
    for entry in sorted(there - set(wanted)):
        yield f'{entry} is not asked for'
    sizes: dict[str, Size] = dict(outline.sizes)
    for entry in sorted(there & set(wanted)):
        problem = _picture_problem(archive.read(entry), sizes, wanted[entry].name)
        if problem:
            yield f'{entry} {problem}'


def _enclosing_folder(there: set[str], wanted: Mapping[str, VideoRecord]) -> str | None:
    tops = {entry.split('/')[0] for entry in there}
    if len(tops) != 1 or there & set(wanted):
        return None
    (top,) = tops
    return top if any(entry.removeprefix(f'{top}/') in wanted for entry in there) else None


def _picture_problem(data: bytes, sizes: dict[str, Size], video: str) -> str | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format != 'PNG' or image.mode != 'L':
                return f'is {image.format} of mode {image.mode}, not an 8-bit PNG of one channel'
            pixels = np.asarray(image)
    except (OSError, SyntaxError) as error:
        return f'cannot be read ({error})'
    size = sizes.setdefault(video, pixels.shape)
    if pixels.shape != tuple(size):
        return f'is {pixels.shape[0]}x{pixels.shape[1]}, its video {size[0]}x{size[1]}'
    if not np.isin(pixels, (0, 255)).all():
        return 'has other values than 0 and 255'
    return None

"""Annotated masks as folders of PNG files, and back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mevis.boundary.pictures import open_mask, picture_size
from mevis.datasets.frame_files import FrameFiles
from mevis.datasets.mevis_format import annotation_file
from mevis.datasets.video_record import VideoRecord, make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle
from mevis.structures.atomic_write import atomic_path, atomic_write_text
from mevis.structures.mask_store import MaskStore
from mevis.structures.process_pool import map_in_processes

OnVideo = Callable[[int, int], None]


def export_masks(
    split: Path,
    out: Path,
    by: str = 'object',
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> int:
    """Writes the masks of a split as 8-bit PNGs, 0 and 255, at the size of the video.

    Args:
        split: ``<root>/<split>`` in MeViS format.
        out: ``<out>/<video>/<id>/<frame>.png`` are written; whole files stay as they are, so that
            an interrupted export resumes.
        by: ``object``: id is an ``anno_id``; ``expression``: id is an expression, its objects
            united, the form of a submission.
        num_workers: Processes.
        on_video: Told after each video how many of how many are done.

    Returns:
        Number of PNG files of the export.

    Raises:
        UserError: If the split has no masks or they are damaged.
    """
    path, mask_file = annotation_file(split), split / 'mask_dict.json'
    records = [
        make_record(path, name, video, has_truth=True)
        for name, video in read_meta_expressions(path).items()
    ]
    store = MaskStore.open(mask_file)
    jobs = [(split, out, by, record, store) for record in records]
    total = 0
    for done, count in enumerate(_run(_export_video, jobs, num_workers), 1):
        total += count
        on_video(done, len(jobs))
    return total


def _run(function: Callable[[Any], Any], jobs: list, num_workers: int) -> Iterator[Any]:
    yield from map_in_processes(function, jobs, min(num_workers, len(jobs)))


def _export_video(job: tuple[Path, Path, str, VideoRecord, MaskStore]) -> int:
    split, out, by, record, store = job
    frames = range(len(record.frame_names))
    if by == 'object':
        ids = sorted({anno_id for e in record.expressions for anno_id in e.anno_ids})
        tracks = {str(anno_id): store.track(anno_id) for anno_id in ids}
    else:
        tracks = {e.exp_id: store.union(e.anno_ids, frames) for e in record.expressions}
    size: tuple[int, int] | None = None
    for name, track in tracks.items():
        if len(track) != len(frames):
            raise UserError(
                f'{store.name}: anno_id {name} has {len(track)} entries, video {record.name}'
                f' {len(frames)} frames. Run tools/check_dataset.py {split.parent}.'
            )
        sizes = [tuple(rle['size']) for rle in track if rle is not None]
        size = sizes[0] if sizes else size or _frame_size(split, record)
        for frame, rle in zip(record.frame_names, track, strict=True):
            path = out / record.name / name / f'{frame}.png'
            if not path.exists():
                _write_png(path, _decode(rle, size, f'{store.name}: {by} {name}, frame {frame}'))
    return len(tracks) * len(frames)


def _decode(rle: dict[str, Any] | None, size: tuple[int, int], name: str) -> np.ndarray:
    try:
        return decode_rle([rle], size, name)[0]
    except ValueError as error:
        raise UserError(f'{error} Run tools/check_dataset.py for a list.') from error


def _frame_size(split: Path, record: VideoRecord) -> tuple[int, int]:
    """For a track without any mask the frame says how large the black pictures are."""
    path = FrameFiles(split / 'JPEGImages').path(record.name, record.frame_names[0])
    return picture_size(path, 'frame', 'Extract the frames.')


def _write_png(path: Path, mask: np.ndarray) -> None:
    with atomic_path(path, durable=False) as temporary:
        Image.fromarray(mask.astype(np.uint8) * 255).save(temporary)


def import_masks(
    folder: Path,
    meta_file: Path,
    out_file: Path,
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> int:
    """Inverse of :func:`export_masks` by object: writes a ``mask_dict.json``.

    Args:
        folder: ``<folder>/<video>/<anno_id>/<frame>.png``; any non-zero pixel is foreground.
        meta_file: The ``meta_expressions.json`` that names videos, frames and objects.
        out_file: The ``mask_dict.json`` to write; an empty mask becomes null.
        num_workers: Processes.
        on_video: Told after each video how many of how many are done.

    Returns:
        Number of objects.

    Raises:
        UserError: If a PNG is missing, broken or of another size than its neighbours.
    """
    records = [
        make_record(meta_file, name, video, has_truth=True)
        for name, video in read_meta_expressions(meta_file).items()
    ]
    jobs = [(folder, record) for record in records]
    masks: dict[str, list] = {}
    for done, tracks in enumerate(_run(_import_video, jobs, num_workers), 1):
        masks.update(tracks)
        on_video(done, len(jobs))
    atomic_write_text(out_file, json.dumps(masks))
    return len(masks)


def _import_video(job: tuple[Path, VideoRecord]) -> dict[str, list[dict[str, Any] | None]]:
    folder, record = job
    ids = sorted({anno_id for e in record.expressions for anno_id in e.anno_ids})
    size: tuple[int, int] | None = None
    tracks: dict[str, list[dict[str, Any] | None]] = {}
    for anno_id in ids:
        track: list[dict[str, Any] | None] = []
        for frame in record.frame_names:
            path = folder / record.name / str(anno_id) / f'{frame}.png'
            mask = _read_png(path)
            size = size or mask.shape
            if mask.shape != size:
                raise UserError(f'{path}: size {mask.shape}, others of its video {size}.')
            track.append(encode_rle(mask[None])[0] if mask.any() else None)
        tracks[str(anno_id)] = track
    return tracks


def _read_png(path: Path) -> np.ndarray:
    with open_mask(path, 'mask', 'Export the video again.') as image:
        mask = np.asarray(image)
        if mask.ndim != 2:
            raise UserError(f'{path}: {image.mode} image; masks have a single channel.')
        return mask > 0

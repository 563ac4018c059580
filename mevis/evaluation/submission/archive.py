"""Writes an archive for the evaluation server and checks it before it is there."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mevis.errors import UserError
from mevis.evaluation.prediction_source import PredictionSource
from mevis.evaluation.submission.check import check_archive
from mevis.evaluation.submission.layout import VideoLayout
from mevis.structures.atomic_write import atomic_path
from mevis.structures.process_pool import map_in_processes

OnStage = Callable[[str, int, int], None]
# The earliest time that zip knows: the same answers make the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_archive(
    out_file: str | Path,
    predictions: PredictionSource,
    layout: Sequence[VideoLayout],
    num_workers: int = 1,
    on_stage: OnStage = lambda stage, done, total: None,
) -> None:
    """Writes predictions as the server takes them.

    The archive is written beside its place, checked against the split, and moved there only if
    nothing is wrong.  The same predictions give the same bytes.

    Args:
        out_file: The zip file.
        predictions: Masks of every frame of every expression.
        layout: What the split asks for.
        num_workers: Processes.
        on_stage: Told the stage (``writing``, ``checking``) and after each video how many of how
            many are done.

    Raises:
        UserError: If a prediction is missing or has another size, or the archive turns out wrong.
        OSError: If it cannot be written; ``out_file`` is then untouched.
    """
    if Path(out_file).suffix != '.zip':
        raise UserError(f'{out_file}: name the archive .zip.')
    missing = [video.name for video in layout if not predictions.has_video(video.name)]
    if missing:
        listed = ', '.join(missing[:5]) + (' …' if len(missing) > 5 else '')
        raise UserError(
            f'{out_file}: not written: {len(missing)} of {len(layout)} videos have no predictions'
            f' ({listed}). Run tools/test.py again, which completes what is missing.'
        )
    with atomic_path(out_file) as temporary:
        with zipfile.ZipFile(temporary, 'w', zipfile.ZIP_DEFLATED) as file:
            jobs = ((predictions, video) for video in layout)
            pictures = map_in_processes(_encode_video, jobs, num_workers)
            for done, (video, data) in enumerate(zip(layout, pictures, strict=True), 1):
                for name, png in zip(video.entries(), data, strict=True):
                    file.writestr(_entry(name), png, compresslevel=6)
                on_stage('writing', done, len(layout))
        problems = check_archive(
            temporary,
            layout,
            num_workers,
            lambda done, total: on_stage('checking', done, total),
        )
        if problems:
            raise UserError(f'{out_file}: not written: {problems[0]}')


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, whatever the machine
    info.external_attr = 0o644 << 16
    return info


def _encode_video(job: tuple[PredictionSource, VideoLayout]) -> list[bytes]:
    predictions, video = job
    texts = video.texts or (None,) * len(video.exp_ids)
    return [
        encode_png(mask)
        for exp_id, text in zip(video.exp_ids, texts, strict=True)
        for mask in predictions.masks(video.name, exp_id, video.frame_names, video.size, text)
    ]


def encode_png(mask: np.ndarray) -> bytes:
    """An 8-bit PNG of one channel, 0 and 255, of a (H, W) bool mask."""
    stream = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(stream, 'PNG', compress_level=9)
    return stream.getvalue()

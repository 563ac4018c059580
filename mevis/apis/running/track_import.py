"""Instance tracks of a whole split from results of other programs, or from its annotations."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from mevis.apis.running.evaluation_job import sha256
from mevis.apis.running.instance_extraction import ExtractionSummary, check_top_k
from mevis.apis.running.launch import claim_folder
from mevis.boundary.rle import check_track
from mevis.errors import UserError
from mevis.structures import InstanceMasks
from mevis.structures.instance_folder import InstanceFolder

TracksOf = Callable[[Any, tuple[int, int]], InstanceMasks]
"""Record and (H, W) of a video -> its tracks."""


def import_results(
    cfg: Config, results: str | Path, out_dir: str | Path, top_k: int, split: str | None = None
) -> ExtractionSummary:
    """Writes the tracks of a YouTube-VIS results JSON, video by video of a split.

    A ``video_id`` is the name of a video of the split, or else its id there (``vid_id`` in MeViS,
    ``id`` in YouTube-VIS).  A video without an entry has no track.

    Args:
        cfg: A config; its test dataset says which videos there are.
        results: The file.
        out_dir: Where the files go.
        top_k: Tracks per video, at most, best score first.
        split: Part of the dataset;
            that of the config if None.

    Raises:
        UserError: If the file is damaged, or is of other videos, frames or sizes.
        OSError: If a file cannot be written.
    """
    from mevis.track_sources.youtube_vis_results import YouTubeVISResults

    check_top_k(top_k)
    dataset = _dataset(cfg, split)
    found = YouTubeVISResults(results)
    id_of = _ids_in(found, dataset)
    without = [
        record.name
        for record in dataset.records
        if id_of.get(record.name, record.name) not in found.videos
    ]
    if without:
        print_log(
            f'{results}: no track of {len(without)} of {len(dataset.records)} videos, such as'
            f' {without[0]}; their files hold none.',
            'current',
            logging.WARNING,
        )

    def tracks_of(record: Any, size: tuple[int, int]) -> InstanceMasks:
        video = id_of.get(record.name, record.name)
        return found.tracks(video, size, len(record.frame_names)).top(top_k)

    made_of = {'results': sha256(results), 'split': dataset.split, 'top_k': str(top_k)}
    return _write(dataset, out_dir, made_of, tracks_of)


def import_annotations(
    cfg: Config, out_dir: str | Path, top_k: int | None = None, split: str | None = None
) -> ExtractionSummary:
    """Writes the annotated objects of a split as tracks of score 1: the upper bound of any choice.

    Args:
        cfg: A config; its test dataset must be one of instances.
        out_dir: Where the files go.
        top_k: Objects per video, at most, in the order of the annotations;
            all if None.
        split: Part of the dataset;
            that of the config if None.

    Raises:
        UserError: If the split has no annotated objects, or a mask is damaged.
        OSError: If a file cannot be written.
    """
    check_top_k(top_k or 0)
    dataset = _dataset(cfg, split)
    if not hasattr(dataset, 'read_tracks'):
        raise UserError(
            f'{cfg.filename}: {type(dataset).__name__} has sentences, not objects. Set'
            ' test_dataloader.dataset.type=MeViSInstanceDataset.'
        )

    def tracks_of(record: Any, size: tuple[int, int]) -> InstanceMasks:
        tracks = dataset.read_tracks(record, range(len(record.frame_names)))
        if tracks is None:
            raise UserError(
                f'{dataset.data_root}: split {dataset.split!r} has no annotated objects.'
            )
        for track in tracks:
            place = f'{dataset.data_root}, {record.name}: object {track.track_id}'
            check_track(list(track.rles), size, len(record.frame_names), place)
        masks = InstanceMasks(
            [list(track.rles) for track in tracks],
            [1.0] * len(tracks),
            [track.label for track in tracks],
            size,
            ids=[track.track_id for track in tracks],
        )
        return masks if top_k is None else masks.top(top_k)

    hashes = [sha256(path) for path in dataset.annotation_files if path.is_file()]
    wanted = 'all' if top_k is None else str(top_k)
    made_of = {'annotations': ' '.join(hashes), 'split': dataset.split, 'top_k': wanted}
    return _write(dataset, out_dir, made_of, tracks_of)


def _dataset(cfg: Config, split: str | None) -> Any:
    import mevis.datasets  # noqa: F401 - registers them
    from mevis.registry import DATASETS

    if not cfg.get('test_dataloader'):
        raise UserError(f'{cfg.filename}: no test_dataloader, so no dataset.')
    dataset = {**cfg.test_dataloader.dataset, 'pipeline': []}
    return DATASETS.build({**dataset, 'split': split} if split else dataset)


def _ids_in(found: Any, dataset: Any) -> Mapping[str, str]:
    """Name of a video -> its id in the results, where that is not the name."""
    # Of the whole split, so that results of all of it may serve for some of its videos.
    records = dataset.load_records()
    known: Sequence[Mapping[str, str]] = (
        {record.name: record.name for record in records},
        {record.name: str(record.video_id) for record in records if record.video_id is not None},
    )
    for names in known:
        if set(found.videos) <= set(names.values()):
            return names
    strange = [video for video in found.videos if video not in set(known[1].values())]
    raise UserError(
        f'{found.path}: video_id {strange[0]} is neither name nor id of a video of split'
        f' {dataset.split!r} in {dataset.data_root}. Name the split that the results are of.'
    )


def _write(
    dataset: Any, out_dir: str | Path, made_of: Mapping[str, str], tracks_of: TracksOf
) -> ExtractionSummary:
    start = time.perf_counter()
    claim_folder(out_dir)
    folder = InstanceFolder(out_dir, made_of)
    folder.remove_leftovers()
    done = folder.videos_done()
    counts, frames = [], 0
    for record in dataset.records:
        if record.name in done:
            continue
        tracks = tracks_of(record, dataset.frame_size(record))
        folder.write(record.name, record.frame_names, tracks)
        counts.append(len(tracks))
        frames += len(record.frame_names)
    summary = ExtractionSummary(
        len(counts),
        frames,
        None,
        time.perf_counter() - start,
        1,
        len(dataset.records) - len(counts),
    )
    if not counts:
        return summary
    return replace(summary, tracks=(min(counts), sum(counts) / len(counts), max(counts)))

"""What instance tracks allow: the J&F of always choosing the right ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mevis.apis.scoring.split_scores import read_truth
from mevis.datasets import MeViSDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionKey, ExpressionScore, score_frame
from mevis.evaluation.score_summary import summarize
from mevis.registry import TRANSFORMS
from mevis.structures import InstanceMasks, decode_rle
from mevis.structures.mask_store import MaskStore
from mevis.structures.process_pool import map_in_processes


@dataclass(frozen=True)
class _VideoJob:
    record: VideoRecord
    tracks: InstanceMasks
    masks: MaskStore


def upper_bound(
    root: str | Path,
    split: str,
    tracks_dir: str | Path,
    top_k: int = 10,
    videos: Sequence[str] | None = None,
    num_workers: int = 1,
) -> dict[str, float]:
    """Scores the best choice of tracks for every expression.

    Tracks are added to the choice one after the other, each time the one that raises the mean of
    the J of all frames most, until none does.

    Args:
        root: Folder of the dataset in MeViS format.
        split: Part of it, with ground truth.
        tracks_dir: Folder of files of ``tools/extract_instance_masks.py``.
        top_k: Best tracks by score that may be chosen.
        videos: The videos to score; None: all.
        num_workers: Processes.

    Returns:
        Figures in percent, under the names of a model's figures.

    Raises:
        UserError: If the split has no ground truth, or tracks are missing or of another video.
    """
    load = TRANSFORMS.build(dict(type='mevis.LoadInstanceMasks', max_instances=top_k))
    dataset = MeViSDataset(
        str(root),
        split,
        {'type': 'AllFramesSampler'},
        [],
        test_mode=True,
        videos=videos,
        instance_masks_dir=str(tracks_dir),
    )
    if dataset.mask_store is None:
        raise UserError(f'{Path(root) / split}: no mask_dict.json, so there is no right choice.')
    jobs = [
        _VideoJob(record, _tracks(dataset, record, load), dataset.mask_store)
        for record in dataset.records
    ]
    scores: dict[ExpressionKey, ExpressionScore] = {}
    tags: dict[ExpressionKey, tuple[str, ...]] = {}
    for job, results in zip(jobs, map_in_processes(_score_video, jobs, num_workers), strict=True):
        for expression, score in zip(job.record.expressions, results, strict=True):
            key = (job.record.name, expression.exp_id)
            scores[key], tags[key] = score, expression.tags
    return summarize(scores, tags)


def _tracks(dataset: MeViSDataset, record: VideoRecord, load: Any) -> InstanceMasks:
    results = dataset.test_results(
        record, list(range(len(record.frame_names))), np.random.default_rng(0)
    )
    return load({**results, 'ori_shape': dataset.frame_size(record)})['instances']


def _score_video(job: _VideoJob) -> list[ExpressionScore]:
    size = job.tracks.size
    tubes = np.stack(
        [decode_rle(track, size) for track in job.tracks.rles]
        or [np.zeros((len(job.record.frame_names), *size), bool)]
    )
    scores = []
    for expression in job.record.expressions:
        truth = decode_rle(read_truth(job.masks, job.record, expression), size)
        union = best_union(tubes, truth)
        frames = [score_frame(*pair) for pair in zip(union, truth, strict=True)]
        similarity, accuracy = np.mean(frames, 0).tolist()
        has_target = bool(expression.anno_ids)
        scores.append(ExpressionScore(similarity, accuracy, has_target, not union.any()))
    return scores


def best_union(tubes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The union of tubes that is most like the ground truth, found greedily.

    Args:
        tubes: (K, T, H, W) bool.
        truth: (T, H, W) bool.

    Returns:
        (T, H, W) bool.
    """
    union = np.zeros_like(truth)
    reached, rest = _similarity(union, truth), list(range(len(tubes)))
    while rest:
        values = [_similarity(union | tubes[k], truth) for k in rest]
        best = int(np.argmax(values))
        if values[best] <= reached:
            break
        reached = values[best]
        union = union | tubes[rest.pop(best)]
    return union


def _similarity(union: np.ndarray, truth: np.ndarray) -> float:
    """Mean over the frames of J; 1 where both are empty."""
    either = (union | truth).sum((1, 2))
    both = (union & truth).sum((1, 2))
    return float(np.where(either > 0, both / np.maximum(either, 1), 1.0).mean())

"""What needs no model: answers that know the objects of a video but not the sentence.

A model that understands sentences must beat them.  They are made of the annotated masks and scored
by the same functions as a model.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mevis.apis.scoring.split_scores import read_truth
from mevis.boundary.formats import Scene
from mevis.boundary.json_file import read_json
from mevis.datasets import MeViSDataset
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionKey, ExpressionScore, score_frame
from mevis.evaluation.score_summary import summarize
from mevis.structures import decode_rle
from mevis.structures.mask_store import MaskStore
from mevis.structures.process_pool import map_in_processes

EMPTY, ALL, MOVING, RANDOM = 'empty', 'all objects', 'everything that moves', 'random object'
BASELINES = (EMPTY, ALL, MOVING, RANDOM)
MOVES_BY = 0.5
"""An object moves if its centre gets this far, as a share of its size (root of its mean area)."""

OnVideo = Callable[[int, int], None]
Objects = frozenset[int]
Track = Sequence[dict | None]

_AGAIN = 'Make the split again (tools/make_moving_shapes.py).'


@dataclass(frozen=True)
class BaselineScores:
    """Scores of every expression by baseline.

    Attributes:
        scores: Baseline -> expression -> score.
        tags: Kinds of each expression.
    """

    scores: dict[str, dict[ExpressionKey, ExpressionScore]]
    tags: dict[ExpressionKey, tuple[str, ...]]


@dataclass(frozen=True)
class _VideoJob:
    record: VideoRecord
    objects: tuple[int, ...]
    masks: MaskStore


def baseline_scores(
    annotations_root: str | Path,
    split: str,
    videos: Sequence[str] | None = None,
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> dict[str, dict[str, float]]:
    """The figures of every baseline, in percent, under the names of a model's figures.

    ========================= =====================================================
    ``empty``                 nothing
    ``all objects``           every annotated object of the video
    ``everything that moves`` those whose centre moves by more than half their size
    ``random object``         one of them: the mean over all, which is what chance gives
    ========================= =====================================================

    Args:
        annotations_root: Folder of the dataset in MeViS format.
        split: Part of it, with ground truth.
        videos: The videos to score; None: all.
        num_workers: Processes.
        on_video: Told after each video how many of how many are done.

    Returns:
        Baseline -> figure -> percent, as :func:`summarize` names them.

    Raises:
        UserError: If the split has no ground truth or is damaged.
    """
    result = score_baselines(annotations_root, split, videos, num_workers, on_video)
    return {name: summarize(scores, result.tags) for name, scores in result.scores.items()}


def score_baselines(
    annotations_root: str | Path,
    split: str,
    videos: Sequence[str] | None = None,
    num_workers: int = 1,
    on_video: OnVideo = lambda done, total: None,
) -> BaselineScores:
    """Like :func:`baseline_scores`, expression by expression."""
    sampler = {'type': 'AllFramesSampler'}
    dataset = MeViSDataset(str(annotations_root), split, sampler, [], test_mode=True)
    if dataset.mask_store is None:
        raise UserError(
            f'{Path(annotations_root) / split}: no mask_dict.json, so there is nothing to score'
            ' with. Baselines need a split with ground truth, such as valid_u.'
        )
    objects = _objects_of_videos(Path(annotations_root) / split, dataset.records)
    chosen = MeViSDataset(str(annotations_root), split, sampler, [], test_mode=True, videos=videos)
    jobs = [_VideoJob(r, objects[r.name], dataset.mask_store) for r in chosen.records]
    result = BaselineScores({name: {} for name in BASELINES}, {})
    for done, (job, by_expression) in enumerate(
        zip(jobs, map_in_processes(_score_video, jobs, num_workers), strict=True), 1
    ):
        for expression in job.record.expressions:
            key = (job.record.name, expression.exp_id)
            result.tags[key] = expression.tags
            for name in BASELINES:
                result.scores[name][key] = by_expression[expression.exp_id][name]
        on_video(done, len(jobs))
    return result


def _objects_of_videos(folder: Path, records: Sequence[VideoRecord]) -> dict[str, tuple[int, ...]]:
    """Annotation ids by video: of all objects where ``scenes.json`` lists them (MovingShapes).

    Elsewhere mask_dict.json does not say which video an object is of; known are those that the
    sentences mean.
    """
    scenes = folder / 'scenes.json'
    if not scenes.is_file():
        named = {r.name: {i for e in r.expressions for i in e.anno_ids} for r in records}
        return {name: tuple(sorted(ids)) for name, ids in named.items()}
    described = read_json(scenes, dict[str, Scene], _AGAIN)
    counts = {name: len(scene.objects) for name, scene in described.items()}
    absent = [record.name for record in records if record.name not in counts]
    if absent:
        raise UserError(
            f'{scenes}: does not contain video {absent[0]} of meta_expressions.json. {_AGAIN}'
        )
    ends = np.cumsum([counts[record.name] for record in records]).tolist()
    return {
        record.name: tuple(range(end - counts[record.name], end))
        for record, end in zip(records, ends, strict=True)
    }


def _score_video(job: _VideoJob) -> dict[str, dict[str, ExpressionScore]]:
    """Expression id -> baseline -> score."""
    record = job.record
    for expression in record.expressions:
        read_truth(job.masks, record, expression)  # refuses tracks of another length
    tracks = {key: job.masks.track(key) for key in job.objects}
    size = next((tuple(r['size']) for track in tracks.values() for r in track if r), (1, 1))
    moving = frozenset(key for key, track in tracks.items() if moves(track, size))
    answers = {EMPTY: frozenset(), ALL: frozenset(tracks), MOVING: moving}
    singles = [frozenset([key]) for key in tracks] or [frozenset()]
    targets = {frozenset(expression.anno_ids) for expression in record.expressions}
    scores = _score_sets({*answers.values(), *singles}, targets, tracks, size, record)
    by_expression = {}
    for expression in record.expressions:
        target = frozenset(expression.anno_ids)
        row = {name: scores[answer, target] for name, answer in answers.items()}
        row[RANDOM] = _mean([scores[answer, target] for answer in singles])
        by_expression[expression.exp_id] = row
    return by_expression


def moves(track: Track, size: tuple[int, int]) -> bool:
    """Whether the centre of an object's mask gets further than half the object's size.

    Args:
        track: Its RLEs, one per frame.
        size: (H, W) of the frames.
    """
    centres, areas = [], []
    for rle in track:
        points = np.nonzero(decode_rle([rle], size)[0])
        if len(points[0]):
            centres.append([np.mean(line) for line in points])
            areas.append(len(points[0]))
    if not centres:
        return False
    places = np.asarray(centres)
    distance = np.linalg.norm(places[:, None] - places, axis=-1).max()
    return bool(distance > MOVES_BY * np.sqrt(np.mean(areas)))


def _score_sets(
    answers: Iterable[Objects],
    targets: Iterable[Objects],
    tracks: Mapping[int, Track],
    size: tuple[int, int],
    record: VideoRecord,
) -> dict[tuple[Objects, Objects], ExpressionScore]:
    """Scores of sets of objects against one another, a frame at a time."""
    pairs = [(answer, target) for answer in answers for target in targets]
    values: dict[tuple[Objects, Objects], list[tuple[float, float]]] = {pair: [] for pair in pairs}
    seen = dict.fromkeys({answer for answer, _ in pairs}, False)
    for frame in range(len(record.frame_names)):
        masks = {key: decode_rle([track[frame]], size)[0] for key, track in tracks.items()}
        unions = {
            objects: np.logical_or.reduce([masks[key] for key in objects])
            if objects
            else np.zeros(size, bool)
            for objects in {objects for pair in pairs for objects in pair}
        }
        for answer in seen:
            seen[answer] = seen[answer] or bool(unions[answer].any())
        for pair in pairs:
            values[pair].append(score_frame(unions[pair[0]], unions[pair[1]]))
    return {
        (answer, target): ExpressionScore(
            *np.mean(scores, 0).tolist(), has_target=bool(target), is_empty=not seen[answer]
        )
        for (answer, target), scores in values.items()
    }


def _mean(scores: Sequence[ExpressionScore]) -> ExpressionScore:
    return ExpressionScore(
        float(np.mean([score.similarity for score in scores])),
        float(np.mean([score.accuracy for score in scores])),
        scores[0].has_target,
        all(score.is_empty for score in scores),
    )

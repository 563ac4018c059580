"""Average precision of instance tracks, as the YouTube-VIS server computes it.

Shapes: D predicted tracks of a video, G annotated ones, N predicted tracks of a category in all
videos, I thresholds of IoU.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0, 1, 101)
_MOST_TRACKS = 100


@dataclass(frozen=True)
class ScoredVideo:
    """What is needed of one video.

    Attributes:
        scores: (D,).
        labels: (D,) int, predicted categories.
        true_labels: (G,) int.
        ious: (D, G).
    """

    scores: np.ndarray
    labels: np.ndarray
    true_labels: np.ndarray
    ious: np.ndarray


def instance_average_precision(videos: Sequence[ScoredVideo]) -> dict[str, float]:
    """AP, AP50, AP75, AR1 and AR10.

    Per category, tracks of all videos in the order of their scores are matched to annotated ones
    of their video; precision is read at 101 values of recall.  AP is the mean over ten thresholds
    of IoU, then over the categories that are annotated at all.  AR1 and AR10 are recalls with at
    most 1 and 10 tracks per video and category.

    Args:
        videos: In the order of the dataset, which decides between equal scores.

    Returns:
        Name -> value in [0, 1]; nan if nothing is annotated.
    """
    precisions, recalls = [], {1: [], 10: []}
    categories = {int(label) for video in videos for label in video.true_labels}
    for category in sorted(categories):
        parts = [_of_category(video, category) for video in videos]
        count = sum(part.ious.shape[1] for part in parts)
        hits = [_match(part.ious) for part in parts]
        precisions.append(_precision(_by_score(parts, hits, _MOST_TRACKS), count))
        for most, values in recalls.items():
            values.append(_by_score(parts, hits, most).sum(1) / count)
    if not categories:
        return dict.fromkeys(('AP', 'AP50', 'AP75', 'AR1', 'AR10'), float('nan'))
    precision = np.mean(precisions, 0)
    return {
        'AP': float(precision.mean()),
        'AP50': float(precision[0]),
        'AP75': float(precision[5]),
        'AR1': float(np.mean(recalls[1])),
        'AR10': float(np.mean(recalls[10])),
    }


def _of_category(video: ScoredVideo, category: int) -> ScoredVideo:
    """The tracks of one category, best first."""
    found = np.flatnonzero(video.labels == category)
    found = found[np.argsort(-video.scores[found], kind='stable')][:_MOST_TRACKS]
    there = np.flatnonzero(video.true_labels == category)
    return ScoredVideo(
        video.scores[found],
        video.labels[found],
        video.true_labels[there],
        video.ious[np.ix_(found, there)],
    )


def _match(ious: np.ndarray) -> np.ndarray:
    """(I, D) bool: whether a track finds an annotated one that no better track has taken."""
    hits = np.zeros((len(IOU_THRESHOLDS), len(ious)), bool)
    if not ious.size:
        return hits
    for row, threshold in zip(hits, IOU_THRESHOLDS, strict=True):
        free = np.ones(ious.shape[1], bool)
        for track, overlaps in enumerate(ious):
            open_to = np.where(free, overlaps, -1.0)
            # Of equal ones the last, as in the official code.
            best = len(open_to) - 1 - int(open_to[::-1].argmax())
            if open_to[best] >= min(threshold, 1 - 1e-10):
                row[track], free[best] = True, False
    return hits


def _by_score(parts: Sequence[ScoredVideo], hits: Sequence[np.ndarray], most: int) -> np.ndarray:
    """(I, N): the hits of all videos, at most ``most`` tracks of each, best score first."""
    scores = np.concatenate([part.scores[:most] for part in parts])
    order = np.argsort(-scores, kind='stable')
    return np.concatenate([hit[:, :most] for hit in hits], 1)[:, order]


def _precision(hits: np.ndarray, count: int) -> np.ndarray:
    """(I,): the mean over 101 recalls of the best precision at that recall or a higher one."""
    found = hits.cumsum(1)
    precision = found / np.arange(1, hits.shape[1] + 1)
    envelope = np.maximum.accumulate(precision[:, ::-1], 1)[:, ::-1]
    means = np.zeros(len(hits))
    for index, recall in enumerate(found / count):
        places = np.searchsorted(recall, _RECALLS, side='left')
        means[index] = envelope[index, places[places < hits.shape[1]]].sum() / len(_RECALLS)
    return means

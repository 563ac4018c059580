"""J and F of DAVIS 2017's unsupervised evaluation, by which Ref-DAVIS17 is scored.

Objects are matched before they are scored, so a model that mixes up the objects of a video but
segments them is not punished.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from mevis.errors import UserError
from mevis.evaluation.expression_score import score_frame

VOID = 255
"""Pixels that nobody is asked about."""
MAX_OBJECTS = 20
"""Most objects that a prediction may have."""


@dataclass(frozen=True)
class ObjectScore:
    """What the prediction that was matched with an annotated object is worth, frame by frame.

    Attributes:
        similarity: (T,) J.
        accuracy: (T,) F.
    """

    similarity: np.ndarray
    accuracy: np.ndarray


def score_objects(
    predictions: Sequence[np.ndarray], truth: Sequence[np.ndarray], name: str = 'video'
) -> list[ObjectScore]:
    """Scores one video.

    As officially defined the objects are those of the first frame, and pixels of ``VOID`` in the
    annotation count neither in J nor in F.

    Args:
        predictions: T maps (H, W) of whole numbers: 0 background, i the i-th object.
        truth: T maps likewise, with ``VOID``.
        name: What errors call the video.

    Returns:
        One score per annotated object, in the order of their ids.

    Raises:
        UserError: If there are too many predicted objects.
        ValueError: If the numbers of frames or the sizes differ.
    """
    if len(predictions) != len(truth) or not len(truth):
        raise ValueError(f'{name}: {len(predictions)} predictions for {len(truth)} frames')
    first = truth[0]
    num_objects = int(first[first != VOID].max(initial=0))
    num_predicted = max(int(labels.max()) for labels in predictions)
    if num_predicted > MAX_OBJECTS:
        raise UserError(f'{name}: object {num_predicted} is predicted; {MAX_OBJECTS} at most.')
    num_predicted = max(num_predicted, num_objects)
    scores = np.zeros((2, num_predicted, num_objects, len(truth)))
    for frame, (labels, annotated) in enumerate(zip(predictions, truth, strict=True)):
        if labels.shape != annotated.shape:
            raise ValueError(f'{name}: sizes {labels.shape} and {annotated.shape}')
        counted = annotated != VOID
        for predicted in range(num_predicted):
            mask = (labels == predicted + 1) & counted
            for index in range(num_objects):
                wanted = annotated == index + 1
                scores[:, predicted, index, frame] = score_frame(mask, wanted)
    quality = scores.mean(-1).mean(0)
    rows, columns = linear_sum_assignment(-quality)
    matched = dict(zip(columns.tolist(), rows.tolist(), strict=True))
    return [ObjectScore(*scores[:, matched[index], index]) for index in range(num_objects)]


def summarize_objects(objects: Sequence[ObjectScore]) -> dict[str, float]:
    """The official figures over the objects of all videos.

    Returns:
        ``J&F``, ``J``, ``F``, and recall and decay of both, in percent.

    Raises:
        ValueError: If there is no object.
    """
    if not objects:
        raise ValueError('no object was scored')
    figures: dict[str, float] = {}
    for name, rows in (
        ('J', [score.similarity for score in objects]),
        ('F', [score.accuracy for score in objects]),
    ):
        figures[name] = 100 * float(np.mean([row.mean() for row in rows]))
        figures[f'{name}-recall'] = 100 * float(np.mean([(row > 0.5).mean() for row in rows]))
        figures[f'{name}-decay'] = 100 * float(np.mean([_decay(row) for row in rows]))
    return {'J&F': (figures['J'] + figures['F']) / 2, **figures}


def _decay(values: np.ndarray) -> float:
    """Mean of the first quarter less that of the last; neighbouring quarters share a frame."""
    edges = np.round(np.linspace(1, len(values), 5) + 1e-10).astype(int) - 1
    first, last = values[edges[0] : edges[1] + 1], values[edges[3] : edges[4] + 1]
    return float(first.mean() - last.mean())


def label_map(masks: Sequence[np.ndarray], scores: Sequence[float]) -> np.ndarray:
    """Objects of one frame as one map; where masks overlap, the higher score has the pixel.

    Args:
        masks: K masks (H, W), bool.
        scores: K; the first of equal ones counts.

    Returns:
        (H, W) uint8, 0 background, i the i-th object.
    """
    labels = np.zeros(masks[0].shape, np.uint8)
    for index in sorted(range(len(masks)), key=lambda index: (scores[index], -index)):
        labels[masks[index]] = index + 1
    return labels

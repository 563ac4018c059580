"""J and F of one expression, over the frames of its video."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mevis.errors import UserError
from mevis.evaluation.functional import (
    boundary_agreement,
    boundary_tolerance,
    region_similarity,
    union_box,
)
from mevis.structures import decode_rle
from mevis.structures.mask_rle import Rle

ExpressionKey = tuple[str, str]
"""(video, expression id), which scores are keyed by; equal sentences are different keys."""


@dataclass(frozen=True)
class ExpressionScore:
    """What an answer to an expression is worth.

    Attributes:
        similarity: J, the mean over frames, from 0 to 1.
        accuracy: F, the mean over frames, from 0 to 1.
        has_target: Whether the sentence means any annotated object (visible or not).
        is_empty: Whether the answer shows nothing in every frame; None for no answer.
    """

    similarity: float
    accuracy: float
    has_target: bool = True
    is_empty: bool | None = None


def no_answer(has_target: bool) -> ExpressionScore:
    """The score of an expression about a video that was not answered at all: 0, 0."""
    return ExpressionScore(0.0, 0.0, has_target)


def score_expression(
    predictions: Iterable[np.ndarray],
    truth: Sequence[Rle | None],
    has_target: bool = True,
    name: str = 'ground truth',
) -> ExpressionScore:
    """Scores the masks of one expression; holds one frame at a time.

    Args:
        predictions: One (H, W) bool mask per frame.
        truth: One RLE per frame; None where nothing is to be seen.
        has_target: Whether the sentence means any annotated object.
        name: What errors call the ground truth.

    Raises:
        UserError: If a mask of the ground truth is damaged or has another size than the prediction.
        ValueError: If the numbers differ or there is no frame.
    """
    similarities, accuracies = [], []
    is_empty = True
    for prediction, rle in zip(predictions, truth, strict=True):
        wanted = _decode(rle, prediction.shape, name)
        similarity, accuracy = score_frame(prediction, wanted)
        similarities.append(similarity)
        accuracies.append(accuracy)
        is_empty = is_empty and not prediction.any()
    if not similarities:
        raise ValueError(f'{name}: no frames to score')
    return ExpressionScore(
        float(np.mean(similarities)), float(np.mean(accuracies)), has_target, is_empty
    )


def _decode(rle: Rle | None, size: tuple[int, int], name: str) -> np.ndarray:
    try:
        return decode_rle([rle], size, name)[0]
    except ValueError as error:
        raise UserError(f'{error} Run tools/check_dataset.py for a list.') from error


def score_frame(prediction: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """J and F of two (H, W) bool masks of one frame.

    Raises:
        ValueError: If the masks differ in size.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f'sizes differ: prediction {prediction.shape}, truth {truth.shape}')
    box = union_box(prediction, truth)
    if box is None:
        return 1.0, 1.0
    tolerance = boundary_tolerance(truth.shape)
    # Copies: counting runs several times faster over whole memory.
    prediction, truth = np.ascontiguousarray(prediction[box]), np.ascontiguousarray(truth[box])
    return region_similarity(prediction, truth), boundary_agreement(prediction, truth, tolerance)

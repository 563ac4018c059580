"""From which presence on a model should answer at all: chosen on a split with ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mevis.apis.scoring.split_scores import read_truth
from mevis.datasets.video_record import make_record, read_meta_expressions
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionScore
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.score_summary import summarize
from mevis.structures.mask_rle import Rle, decode_rle
from mevis.structures.mask_store import MaskStore

METRICS = ('Final-target', 'Final-all', 'J&F')
"""What a threshold can be chosen by."""


@dataclass(frozen=True)
class AnsweredExpression:
    """An expression, what its answer is worth, and what no answer would be.

    Attributes:
        key: (video, expression id).
        presence: That the model gave, in [0, 1].
        answered: The score of the masks.
        silent: That of empty masks.
    """

    key: tuple[str, str]
    presence: float
    answered: ExpressionScore
    silent: ExpressionScore

    def at(self, threshold: float) -> ExpressionScore:
        """The score under a threshold."""
        return self.answered if self.presence >= threshold else self.silent


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold and what it brings.

    Attributes:
        threshold: For ``model.presence_threshold``.
        before: Figures of the answers as they are, in percent.
        after: Figures under the threshold, on the expressions that it was chosen on.
        held_out: The metric on the half of the videos on which the threshold was not chosen, mean
            over both halves; None where a half lacks expressions with or without a target.
    """

    threshold: float
    before: dict[str, float]
    after: dict[str, float]
    held_out: float | None


def read_answers(
    predictions: str | Path, annotations: str | Path, masks: str | Path
) -> list[AnsweredExpression]:
    """Reads the scored answers of a test.

    Args:
        predictions: Work folder of tools/test.py, or its ``predictions``.
        annotations: ``meta_expressions.json`` of the tested split, or that of MeViS v2.
        masks: Its ``mask_dict.json``.

    Raises:
        UserError: If the answers are of another split or not scored, or every expression has a
            target.
    """
    inside = Path(predictions) / 'predictions'
    store = PredictionStore(inside if PredictionStore.is_store(inside) else predictions)
    videos, truth = read_meta_expressions(Path(annotations)), MaskStore.open(masks)
    found: list[AnsweredExpression] = []
    for name in sorted(store.videos_done()):
        if name not in videos:
            raise UserError(f'{predictions}: video {name} is not in {annotations}: another split?')
        record = make_record(Path(annotations), name, videos[name], has_truth=True)
        answers, scores = store.read(name), store.read_scores(name)
        for expression in record.expressions:
            exp_id = expression.exp_id
            stored = scores.get(exp_id)
            if stored is None or exp_id not in answers.answers:
                raise UserError(
                    f'{predictions}: video {name}, expression {exp_id} has no score. Test on a'
                    ' split with ground truth, by a metric that stores it (RefVidSegMetric).'
                )
            score = ExpressionScore(
                stored.similarity, stored.accuracy, stored.has_target, stored.is_empty
            )
            absent = _share_without(read_truth(truth, record, expression))
            silent = ExpressionScore(absent, absent, score.has_target, is_empty=True)
            presence = answers.answers[exp_id].presence
            found.append(AnsweredExpression((name, exp_id), presence, score, silent))
    if not _can_be_scored(found):
        raise UserError(
            f'{annotations}: a threshold needs answers to expressions with and without a target;'
            f' of {len(found)}, {sum(not one.answered.has_target for one in found)} are without.'
            ' Use a split of MeViS v2, or tools/make_moving_shapes.py --no-target 0.1.'
        )
    return found


def choose_threshold(
    answers: Sequence[AnsweredExpression], metric: str = METRICS[0]
) -> ChosenThreshold:
    """Chooses the threshold with the highest figure; of equal ones the lowest.

    Args:
        answers: Of a validation split, not of the one that is reported.
        metric: One of ``METRICS``.

    Raises:
        UserError: If no answer shows anything, so that no threshold changes one.
    """
    threshold = _best(answers, metric)
    videos = sorted({one.key[0] for one in answers})
    even = set(videos[::2])
    halves = [
        [one for one in answers if one.key[0] in even],
        [one for one in answers if one.key[0] not in even],
    ]
    held_out = None
    if all(map(_can_be_scored, halves)):
        first, second = halves
        pairs = ((first, second), (second, first))
        held_out = float(np.mean([figures_at(b, _best(a, metric))[metric] for a, b in pairs]))
    return ChosenThreshold(
        threshold, figures_at(answers, 0.0), figures_at(answers, threshold), held_out
    )


def figures_at(answers: Sequence[AnsweredExpression], threshold: float) -> dict[str, float]:
    """The figures under a threshold, in percent."""
    return summarize({one.key: one.at(threshold) for one in answers})


def _best(answers: Sequence[AnsweredExpression], metric: str) -> float:
    # Half-way between neighbours, so that rounding elsewhere decides nothing.  The lowest changes
    # no answer, under whatever lower threshold the test ran.
    levels = sorted({one.presence for one in answers if one.answered.is_empty is False})
    if not levels:
        raise UserError('every answer is empty already: test with model.presence_threshold=0.0.')
    middles = [(low + high) / 2 for low, high in zip(levels, levels[1:], strict=False)]
    return max([levels[0], *middles], key=lambda level: figures_at(answers, level)[metric])


def _can_be_scored(answers: Sequence[AnsweredExpression]) -> bool:
    kinds = {one.answered.has_target for one in answers}
    shown = any(one.answered.is_empty is False for one in answers)
    return kinds == {True, False} and shown


def _share_without(rles: Sequence[Rle | None]) -> float:
    """Share of frames in which nothing is to be seen: there, empty masks score 1."""
    empty = [rle is None or not decode_rle([rle], tuple(rle['size'])).any() for rle in rles]
    return float(np.mean(empty))

"""From scores of expressions to the figures of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mevis.evaluation.expression_score import ExpressionKey, ExpressionScore

Scores = Mapping[ExpressionKey, ExpressionScore]
Tags = Mapping[ExpressionKey, Sequence[str]]


@dataclass(frozen=True)
class GroupScore:
    """The figures of a group of expressions.

    Attributes:
        name: ``all`` or a tag.
        count: Expressions in it.
        similarity: J, the plain mean over them, in percent.
        accuracy: F, likewise.
    """

    name: str
    count: int
    similarity: float
    accuracy: float

    @property
    def mean(self) -> float:
        """J&F in percent."""
        return (self.similarity + self.accuracy) / 2


def group_scores(scores: Scores, tags: Tags | None = None) -> list[GroupScore]:
    """All expressions, then those of each tag.

    Args:
        scores: Of every expression; the order does not matter to the last bit only if it is the
            same each time.
        tags: Of the expressions.

    Raises:
        ValueError: If there is no score.
    """
    if not scores:
        raise ValueError('no expression was scored')
    groups = [_group('all', list(scores.values()))]
    names = sorted({tag for key in scores for tag in (tags or {}).get(key, ())})
    # Kinds of sentence first, what they are about after them.
    for name in sorted(names, key=lambda tag: (':' in tag, tag)):
        members = [score for key, score in scores.items() if name in (tags or {}).get(key, ())]
        groups.append(_group(name, members))
    return groups


def summarize(scores: Scores, tags: Tags | None = None) -> dict[str, float]:
    """The figures of a split by name, in percent.

    Returns:
        ``J``, ``F`` and ``J&F`` over all expressions and ``J&F/<tag>`` over those of a tag; where
        some expressions have no target also ``N-acc``, the share of these that were answered by
        empty masks alone.  Where others have one, ``T-acc``, the share of those that were not,
        ``J&F-target`` over them alone, and ``Final-target`` and ``Final-all``: the mean of N-acc,
        T-acc and the J&F over expressions with a target, or over all.
    """
    overall, *tagged = group_scores(scores, tags)
    figures = {'J': overall.similarity, 'F': overall.accuracy, 'J&F': overall.mean}
    figures.update({f'J&F/{group.name}': group.mean for group in tagged})
    return {**figures, **_with_and_without_target(scores, figures['J&F'])}


def _group(name: str, scores: Sequence[ExpressionScore]) -> GroupScore:
    return GroupScore(
        name,
        len(scores),
        100 * float(np.mean([score.similarity for score in scores])),
        100 * float(np.mean([score.accuracy for score in scores])),
    )


def _with_and_without_target(scores: Scores, mean_of_all: float) -> dict[str, float]:
    without = [score.is_empty is True for score in scores.values() if not score.has_target]
    targeted = [score for score in scores.values() if score.has_target]
    if not without:
        return {}
    n_acc = 100 * float(np.mean(without))
    if not targeted:
        return {'N-acc': n_acc}
    t_acc = 100 * float(np.mean([score.is_empty is False for score in targeted]))
    mean_of_targeted = _group('target', targeted).mean
    return {
        'N-acc': n_acc,
        'T-acc': t_acc,
        'J&F-target': mean_of_targeted,
        'Final-target': (mean_of_targeted + n_acc + t_acc) / 3,
        'Final-all': (mean_of_all + n_acc + t_acc) / 3,
    }

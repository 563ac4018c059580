"""The one file of scores: figures of a split, and what each answer is worth."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mevis.boundary.collection import no_garbage
from mevis.boundary.formats import ScoreFile, SentenceScores
from mevis.boundary.json_file import checked_json, parse_json, read_bytes
from mevis.evaluation.expression_score import ExpressionKey
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.score_summary import Scores, Tags
from mevis.structures.atomic_write import atomic_write_bytes

_MEND = 'Name a file of tools/test.py --out or tools/evaluate.py --scores, written by this version.'


class _Noted(msgspec.Struct):
    """What RefVidSegMetric notes of a sentence beside the answers to a video."""

    similarity: float
    accuracy: float
    has_target: bool
    is_empty: bool | None
    tags: list[str]


def write_score_file(
    path: str | Path,
    figures: Mapping[str, Any],
    sentences: Mapping[ExpressionKey, SentenceScores] | None = None,
    missing: Sequence[str] = (),
) -> None:
    """Writes scores as JSON, whole or not at all.

    Args:
        path: The file.
        figures: Metric -> value of the split, in percent; NaN becomes null.
        sentences: (video, expression id) -> scores, in the order in which they are written.
        missing: Videos without predictions.

    Raises:
        OSError: If it cannot be written.
    """
    videos: dict[str, dict[str, SentenceScores]] = {}
    for (video, exp_id), scores in (sentences or {}).items():
        videos.setdefault(video, {})[exp_id] = scores
    plain = {name: _finite(value) for name, value in figures.items()}
    # Figures lie at the top: whoever wants J&F alone needs one key.
    data = msgspec.json.encode({**plain, 'videos': videos, 'missing': list(missing)})
    atomic_write_bytes(path, msgspec.json.format(data, indent=1) + b'\n')


def read_score_file(path: str | Path) -> ScoreFile:
    """Reads what :func:`write_score_file` wrote.

    Raises:
        UserError: If it is no such file; names it and the key.
    """
    with no_garbage():
        tree = parse_json(read_bytes(path), path, _MEND)
        if isinstance(tree, dict):
            rest = {name: tree.pop(name) for name in ('videos', 'missing') if name in tree}
            tree = {'figures': tree, **rest}
        return checked_json(tree, ScoreFile, path, _MEND)


def read_figures(path: str | Path) -> dict[str, float]:
    """The figures of a file of scores, without those that could not be scored.

    Raises:
        UserError: If it is no such file; names it and the key.
    """
    figures = read_score_file(path).figures
    return {name: value for name, value in figures.items() if value is not None}


def sentence_scores(scores: Scores, tags: Tags) -> dict[ExpressionKey, SentenceScores]:
    """Scores of sentences in the form of the file."""
    return {
        key: SentenceScores(
            score.similarity,
            score.accuracy,
            score.has_target,
            score.is_empty,
            list(tags.get(key, ())),
        )
        for key, score in scores.items()
    }


def stored_sentence_scores(
    predictions: str | Path, videos: Iterable[str] | None = None
) -> dict[ExpressionKey, SentenceScores]:
    """The scores that a test left beside its answers, in the order of videos.

    Args:
        predictions: ``<work-dir>/predictions`` of tools/test.py.
        videos: Only these; None: all that are there.

    Returns:
        Nothing of videos without ground truth, or whose metric notes something else.
    """
    store = PredictionStore(predictions)
    chosen = store.videos_done() if videos is None else store.videos_done() & set(videos)
    found: dict[ExpressionKey, SentenceScores] = {}
    for video in sorted(chosen):
        for exp_id, noted in _as_record(store.read(video).record).items():
            found[video, exp_id] = SentenceScores(*msgspec.structs.astuple(noted))
    return found


def _as_record(record: Any) -> dict[str, _Noted]:
    """Empty for what a metric of somebody else notes, which may be anything."""
    try:
        return msgspec.convert(record or {}, dict[str, _Noted])
    except msgspec.ValidationError:
        return {}


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None

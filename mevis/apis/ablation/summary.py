"""From scores of sentences to what the rows of an ablation are worth beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from mevis.apis.ablation.running import SentenceScore

ALL = 'all'
Runs = Mapping[int, Sequence[SentenceScore]]
"""Seed -> scores."""


@dataclass(frozen=True)
class Figure:
    """A row on a group of sentences; in points of J&F, that is percent.

    Attributes:
        sentences: How many.
        mean: Over the seeds, of the mean over the sentences.
        spread: Standard deviation over the seeds; None for one seed.
        similarity: J, likewise.
        accuracy: F, likewise.
        difference: To the reference row, over the seeds that both have; None for the reference, or
            where they share no seed.
        low: Lower end of the difference's 95 % interval, which holds for other *videos* of the
            kind: videos are redrawn (bootstrap), seeds are not.
        high: Its upper end.
        spread_of_difference: Standard deviation of the difference over the seeds; None for one.
    """

    sentences: int
    mean: float
    spread: float | None
    similarity: float
    accuracy: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    spread_of_difference: float | None = None


@dataclass(frozen=True)
class RowSummary:
    """A row.

    Attributes:
        seeds: That it was run with.
        figures: Group of sentences (``all`` or a tag) -> figure.
    """

    seeds: tuple[int, ...]
    figures: dict[str, Figure]

    def to_dict(self) -> dict:
        """JSON-ready form."""
        return {
            'seeds': list(self.seeds),
            'figures': {name: asdict(figure) for name, figure in self.figures.items()},
        }


def summarize_row(
    runs: Runs, reference: Runs | None = None, resamples: int = 2000, seed: int = 0
) -> RowSummary:
    """Mean and spread of a row, and its difference to the reference sentence by sentence.

    Args:
        runs: Of the row.
        reference: Runs of the row it is compared with; None: of none.
        resamples: Redrawn sets of videos.
        seed: Of the redrawing.
    """
    sentences = next(iter(runs.values()))
    names = sorted({tag for score in sentences for tag in score.tags}, key=lambda n: (':' in n, n))
    return RowSummary(
        tuple(sorted(runs)),
        {name: _figure(runs, reference, name, resamples, seed) for name in (ALL, *names)},
    )


def _figure(runs: Runs, reference: Runs | None, group: str, resamples: int, seed: int) -> Figure:
    chosen = {key: _members(scores, group) for key, scores in runs.items()}
    means = [100 * float(np.mean([s.mean for s in scores])) for scores in chosen.values()]
    every = [score for scores in chosen.values() for score in scores]
    figure = dict(
        sentences=len(next(iter(chosen.values()))),
        mean=float(np.mean(means)),
        spread=_spread(means),
        similarity=100 * float(np.mean([score.similarity for score in every])),
        accuracy=100 * float(np.mean([score.accuracy for score in every])),
    )
    others = {key: _members(scores, group) for key, scores in (reference or {}).items()}
    shared = sorted(set(chosen) & set(others))
    if not shared:
        return Figure(**figure)
    gains = [_gains(chosen[key], others[key]) for key in shared]
    by_sentence = {key: float(np.mean([gain[key] for gain in gains])) for key in gains[0]}
    low, high = _interval(by_sentence, resamples, seed)
    return Figure(
        **figure,
        difference=float(np.mean(list(by_sentence.values()))),
        low=low,
        high=high,
        spread_of_difference=_spread([float(np.mean(list(gain.values()))) for gain in gains]),
    )


def _members(scores: Sequence[SentenceScore], group: str) -> list[SentenceScore]:
    return [score for score in scores if group == ALL or group in score.tags]


def _gains(
    scores: Sequence[SentenceScore], others: Sequence[SentenceScore]
) -> dict[tuple[str, str], float]:
    before = {(score.video, score.exp_id): score.mean for score in others}
    after = {(score.video, score.exp_id): score.mean for score in scores}
    if before.keys() != after.keys():
        raise ValueError('the rows were tested on different sentences')
    return {key: 100 * (after[key] - before[key]) for key in after}


def _interval(gains: Mapping[tuple[str, str], float], resamples: int, seed: int) -> tuple:
    """2.5 and 97.5 percentiles over redrawn videos, each with all its sentences."""
    videos = sorted({video for video, _ in gains})
    sums = np.array([sum(g for (v, _), g in gains.items() if v == video) for video in videos])
    counts = np.array([sum(v == video for v, _ in gains) for video in videos])
    picks = np.random.default_rng(seed).integers(len(videos), size=(resamples, len(videos)))
    means = sums[picks].sum(1) / counts[picks].sum(1)
    return tuple(np.percentile(means, (2.5, 97.5)).tolist())


def _spread(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None

"""Means, spreads and differences of rows, by hand."""

import pytest

from mevis.apis.ablation.running import SentenceScore
from mevis.apis.ablation.summary import summarize_row

TAGS = [('motion', 'about:rest'), ('motion', 'about:speed'), ('static',), ('static',)]


def scores(*values: float) -> list[SentenceScore]:
    """Two videos of two sentences; F is 0.1 above J."""
    return [
        SentenceScore('ab'[index // 2], str(index % 2), TAGS[index], value - 0.05, value + 0.05)
        for index, value in enumerate(values)
    ]


def test_mean_and_spread_over_seeds():
    row = summarize_row({0: scores(0.5, 0.5, 0.5, 0.5), 1: scores(0.6, 0.8, 0.7, 0.7)})
    overall = row.figures['all']
    assert row.seeds == (0, 1)
    assert overall.sentences == 4
    assert overall.mean == pytest.approx(60)
    assert overall.spread == pytest.approx(20 / 2**0.5)
    assert overall.similarity == pytest.approx(55)
    assert overall.accuracy == pytest.approx(65)
    assert overall.difference is None
    assert list(row.figures) == ['all', 'motion', 'static', 'about:rest', 'about:speed']
    assert row.figures['motion'].sentences == 2
    assert row.figures['about:speed'].mean == pytest.approx(65)


def test_one_seed_has_no_spread():
    assert summarize_row({3: scores(0.1, 0.2, 0.3, 0.4)}).figures['all'].spread is None


def test_difference_is_over_shared_seeds_and_its_interval_over_videos():
    reference = {0: scores(0.5, 0.5, 0.5, 0.5), 1: scores(0.5, 0.5, 0.5, 0.5)}
    row = {0: scores(0.6, 0.6, 0.5, 0.5), 1: scores(0.8, 0.8, 0.5, 0.5), 2: scores(1, 1, 1, 1)}
    figure = summarize_row(row, reference).figures['all']
    assert figure.difference == pytest.approx(10)
    assert figure.spread_of_difference == pytest.approx(10 / 2**0.5)
    # Redrawn videos are a and a (+20), a and b (+10) or b and b (0).
    assert figure.low == pytest.approx(0)
    assert figure.high == pytest.approx(20)
    static = summarize_row(row, reference).figures['static']
    assert (static.low, static.difference, static.high) == (0, 0, 0)


def test_rows_of_other_sentences_are_not_compared():
    with pytest.raises(ValueError, match='different sentences'):
        summarize_row({0: scores(1, 1, 1, 1)}, {0: scores(1, 1, 1)})

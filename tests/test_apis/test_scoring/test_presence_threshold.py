"""The threshold is the best on the given answers; its figures are those of a test with it."""

from pathlib import Path

import numpy as np
import pytest

from mevis.apis.scoring.presence_threshold import (
    AnsweredExpression,
    choose_threshold,
    figures_at,
    read_answers,
)
from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionScore
from mevis.evaluation.metrics import RefVidSegMetric
from mevis.registry import DATASETS
from mevis.structures import ExpressionPrediction, encode_rle
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis

PRESENCE = {('bird', '0'): 0.9, ('bird', '1'): 0.4, ('bird', '2'): 0.8, ('bird', '3'): 0.3}


def one(video: str, presence: float, has_target: bool, value: float = 0.7) -> AnsweredExpression:
    answered = ExpressionScore(value * has_target, value * has_target, has_target, False)
    silent = ExpressionScore(*([0.1 if has_target else 1.0] * 2), has_target, True)
    return AnsweredExpression((video, f'{presence}'), presence, answered, silent)


def run_test(root: Path, out: Path, threshold: float = 0.0) -> dict[str, float]:
    """A test whose answers show a square everywhere, or nothing below the threshold."""
    dataset = DATASETS.build(
        {
            'type': 'MeViSDataset',
            'data_root': str(root),
            'split': 'valid_u',
            'frame_sampler': {'type': 'AllFramesSampler'},
            'pipeline': [{'type': 'OpenClipFrames'}, {'type': 'PackRefVidSegInputs'}],
            'test_mode': True,
        }
    )
    metric = RefVidSegMetric(str(root), 'valid_u', store_dir=str(out), show_table=False)
    for index in range(len(dataset)):
        sample = dataset[index]['data_samples']
        predictions = []
        for expression in sample.expressions:
            presence = PRESENCE.get((sample.video, expression.exp_id), 0.6)
            masks = np.zeros((len(sample.frame_names), *TINY_SIZE), bool)
            masks[:, 4:30, 8:40] = presence >= threshold
            rles = encode_rle(masks)
            predictions.append(
                ExpressionPrediction(expression.exp_id, expression.text, rles, 0.5, presence)
            )
        sample.predictions = predictions
        metric.process(None, [sample.to_dict()])
    return metric.evaluate(len(dataset))


@pytest.fixture
def split(tmp_path: Path) -> Path:
    return write_tiny_mevis(tmp_path / 'data', 'valid_u')


def read(split: Path, out: Path) -> list[AnsweredExpression]:
    return read_answers(out, split / 'meta_expressions.json', split / 'mask_dict.json')


@pytest.mark.parametrize('threshold', [0.0, 0.35, 0.5, 0.85])
def test_figures_are_those_of_a_test_with_the_threshold(tmp_path, split, threshold):
    run_test(split.parent, tmp_path / 'all')
    expected = run_test(split.parent, tmp_path / 'some', threshold)
    assert figures_at(read(split, tmp_path / 'all'), threshold) == pytest.approx(expected)


def test_chooses_what_separates_and_says_what_it_is_worth_elsewhere(tmp_path, split):
    run_test(split.parent, tmp_path / 'work/predictions')
    answers = read(split, tmp_path / 'work')
    chosen = choose_threshold(answers)
    assert chosen.threshold == pytest.approx(0.35)
    assert (chosen.before['N-acc'], chosen.after['N-acc']) == (0, 100)
    assert chosen.after['T-acc'] == 100
    assert chosen.held_out is None  # video cat has no sentence without a target


def test_held_out_figures_are_of_the_other_half():
    answers = [
        *(one(video, level, True) for video in 'abcd' for level in (0.6, 0.9)),
        *(one(video, 0.2, False) for video in 'ac'),
        *(one(video, 0.7, False) for video in 'bd'),
    ]
    chosen = choose_threshold(answers)
    halves = [[x for x in answers if x.key[0] in part] for part in ('ac', 'bd')]
    best = [choose_threshold(half).threshold for half in halves]
    assert best == [pytest.approx(0.4), pytest.approx(0.8)]
    crossed = [
        figures_at(halves[1], best[0])['Final-target'],
        figures_at(halves[0], best[1])['Final-target'],
    ]
    assert chosen.held_out == pytest.approx(np.mean(crossed))
    assert chosen.held_out < chosen.after['Final-target']


def test_a_threshold_that_only_costs_is_the_one_that_changes_nothing():
    answers = [one('a', 0.2, True), one('a', 0.3, True), one('b', 0.9, False)]
    chosen = choose_threshold(answers)
    assert chosen.threshold == 0.2
    assert chosen.after == chosen.before


def test_what_cannot_be_chosen_on_is_refused(tmp_path, split):
    run_test(split.parent, tmp_path / 'silent', threshold=1.0)
    with pytest.raises(UserError, match='with and without a target'):
        read(split, tmp_path / 'silent')
    other = write_tiny_mevis(tmp_path / 'other', 'valid_u')
    path = other / 'meta_expressions.json'
    run_test(split.parent, tmp_path / 'all')
    path.write_text(path.read_text().replace('"cat"', '"dog"'))
    with pytest.raises(UserError, match=r'video cat is not in .*meta_expressions\.json'):
        read(other, tmp_path / 'all')

import pytest

from mevis.evaluation.expression_score import ExpressionScore
from mevis.evaluation.score_summary import group_scores, summarize

SCORES = {
    ('a', '0'): ExpressionScore(0.2, 0.4, True, False),
    ('a', '1'): ExpressionScore(0.6, 1.0, True, False),
    ('b', '0'): ExpressionScore(1.0, 1.0, True, True),
}
TAGS = {('a', '0'): ('motion', 'about:left'), ('a', '1'): ('static',), ('b', '0'): ('motion',)}


def test_every_expression_counts_the_same():
    figures = summarize(SCORES)
    assert figures == pytest.approx({'J': 60, 'F': 80, 'J&F': 70})


def test_groups_are_all_then_kinds_then_what_they_are_about():
    groups = group_scores(SCORES, TAGS)
    assert [(g.name, g.count) for g in groups] == [
        ('all', 3),
        ('motion', 2),
        ('static', 1),
        ('about:left', 1),
    ]
    assert groups[1].similarity == pytest.approx(60)
    assert groups[1].accuracy == pytest.approx(70)
    assert summarize(SCORES, TAGS)['J&F/motion'] == pytest.approx(65)


def test_recognised_sentences_without_target_are_counted_apart():
    without = {
        ('c', '0'): ExpressionScore(1, 1, has_target=False, is_empty=True),
        ('c', '1'): ExpressionScore(0, 0, has_target=False, is_empty=False),
        ('c', '2'): ExpressionScore(0, 0, has_target=False),
        ('c', '3'): ExpressionScore(0, 0, has_target=False, is_empty=False),
    }
    figures = summarize({**SCORES, **without})
    assert figures['N-acc'] == pytest.approx(25)
    assert figures['T-acc'] == pytest.approx(200 / 3)
    assert figures['J&F-target'] == pytest.approx(70)
    assert figures['J&F'] == pytest.approx(310 / 7)
    assert figures['Final-target'] == pytest.approx((70 + 25 + 200 / 3) / 3)
    assert figures['Final-all'] == pytest.approx((310 / 7 + 25 + 200 / 3) / 3)
    assert summarize(without).keys() == {'J', 'F', 'J&F', 'N-acc'}
    assert summarize(SCORES).keys() == {'J', 'F', 'J&F'}


def test_no_scores_are_no_figures():
    with pytest.raises(ValueError, match='no expression'):
        summarize({})

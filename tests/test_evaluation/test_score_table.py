from mevis.evaluation.expression_score import ExpressionScore
from mevis.evaluation.score_table import print_scores


def test_prints_all_and_each_tag(capsys):
    scores = {
        ('a', '0'): ExpressionScore(0.25, 0.5, True, False),
        ('a', '1'): ExpressionScore(0.75, 0.5, False, True),
    }
    print_scores(scores, {('a', '0'): ('motion', '[/]', 'speed[fast]', '\x1b[31mred')})
    lines = [line.replace('│', ' ').split() for line in capsys.readouterr().out.splitlines()]
    assert ['all', '2', '50.00', '50.00', '50.00'] in lines
    assert ['motion', '1', '25.00', '50.00', '37.50'] in lines
    out = '\n'.join(map(' '.join, lines))
    assert all(tag in out for tag in ('[/]', 'speed[fast]', '\\x1b[31mred'))
    assert any('(N-acc):' in line and '100.00' in line for line in lines)

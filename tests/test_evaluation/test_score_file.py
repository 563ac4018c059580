import json

import pytest

from mevis.errors import UserError
from mevis.evaluation.expression_score import ExpressionScore
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.score_file import (
    read_figures,
    read_score_file,
    sentence_scores,
    stored_sentence_scores,
    write_score_file,
)

KEY, OTHER = ('bird', '0'), ('cat', '3')


def test_what_is_written_is_read(tmp_path):
    scores = {
        KEY: ExpressionScore(0.5, 0.25, is_empty=False),
        OTHER: ExpressionScore(0, 0, has_target=False),
    }
    path = tmp_path / 'new/scores.json'
    figures = {'J': 25, 'F': 12.5, 'AP': float('nan')}
    write_score_file(path, figures, sentence_scores(scores, {KEY: ('motion',)}), ['cat'])
    assert json.loads(path.read_text()) == {
        'J': 25.0,
        'F': 12.5,
        'AP': None,
        'videos': {
            'bird': {'0': {'J': 0.5, 'F': 0.25, 'is_empty': False, 'tags': ['motion']}},
            'cat': {'3': {'J': 0.0, 'F': 0.0, 'has_target': False}},
        },
        'missing': ['cat'],
    }
    assert read_figures(path) == {'J': 25, 'F': 12.5}
    row = read_score_file(path).videos['bird']['0']
    assert (row.similarity, row.accuracy, row.has_target, row.is_empty) == (0.5, 0.25, True, False)


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('[63.8]', 'array'),
        ('{"J": "much"}', r'figures\.J'),
        ('{"videos": {"bird": {"0": {"J": 1}}}}', r'videos\.bird\.0'),
    ],
)
def test_another_file_is_named_with_its_key(tmp_path, text, says):
    path = tmp_path / 'scores.json'
    path.write_text(text)
    with pytest.raises(UserError, match=f'scores.json: .*{says}.*Name a file of tools'):
        read_figures(path)


def test_scores_beside_answers(tmp_path):
    store = PredictionStore(tmp_path, {'config': 'x'})
    noted = dict(similarity=1.0, accuracy=0.5, has_target=True, is_empty=False, tags=['static'])
    store.write('b', ['0'], [], {'7': noted})
    store.write('a', ['0'], [], {'1': noted, '0': noted})
    store.write('no truth', ['0'], [], None)
    store.write('other metric', ['0'], [], {'seen': 3})
    found = stored_sentence_scores(tmp_path)
    assert list(found) == [('a', '1'), ('a', '0'), ('b', '7')]
    assert (found['b', '7'].accuracy, found['b', '7'].tags) == (0.5, ['static'])
    assert list(stored_sentence_scores(tmp_path, ['b'])) == [('b', '7')]

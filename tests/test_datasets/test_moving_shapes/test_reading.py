"""Reading sentences: the grammar backwards."""

import pytest

from mevis.datasets.moving_shapes.reading import Question, read_sentence


@pytest.mark.parametrize(
    ('text', 'question'),
    [
        ('the red circle', Question(frozenset({'red', 'circle'}))),
        ('the small striped thing', Question(frozenset({'small', 'striped'}))),
        ('the thing that moves from right to left', Question(frozenset(), 'left')),
        ('the one that moves', Question(frozenset(), 'move')),
        ('the blue star getting faster', Question(frozenset({'blue', 'star'}), 'speed-up')),
        (
            'the object that moves up after moving left',
            Question(frozenset(), 'first left then up'),
        ),
        (
            'the red cross following a blue object',
            Question(frozenset({'red', 'cross'}), 'follow', frozenset({'blue'})),
        ),
        ('both of the red crosses', Question(frozenset({'red', 'cross'}), several=True)),
        ('everything that moves', Question(frozenset(), 'move', several=True)),
    ],
)
def test_meaning(text, question):
    assert read_sentence(text) == question


@pytest.mark.parametrize('text', ['a bird', 'the furry circle', 'the red circle singing', ''])
def test_other_sentences_are_refused(text):
    with pytest.raises(ValueError, match='not'):
        read_sentence(text)

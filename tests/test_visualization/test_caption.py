import numpy as np
import pytest

from mevis.visualization.caption import Caption, break_text, caption_bar
from mevis.visualization.fonts import text_length

SENTENCE = 'the small red circle that moves left first and then turns around and goes back'


@pytest.mark.parametrize('width', [40, 100, 333])
def test_lines_fit_and_no_word_is_lost(width):
    lines = break_text(SENTENCE, width, 14)
    assert ' '.join(lines).replace(' ', '') == SENTENCE.replace(' ', '')
    assert all(text_length(line, 14) <= width for line in lines)


def test_a_word_longer_than_the_line_is_broken():
    lines = break_text('x' * 50, 60, 14)
    assert len(lines) > 1
    assert ''.join(lines) == 'x' * 50


def test_one_line_even_of_nothing():
    assert break_text('', 60, 14) == ['']


def test_the_bar_grows_with_the_text_and_shows_the_colour():
    short = caption_bar([Caption('a cat', (255, 0, 1))], 200)
    long = caption_bar([Caption(SENTENCE, (255, 0, 1))], 200)
    assert short.shape[1:] == long.shape[1:] == (200, 3)
    assert long.shape[0] > short.shape[0]
    assert (short == (255, 0, 1)).all(-1).any()
    assert not (caption_bar([Caption('a cat')], 200) == (255, 0, 1)).all(-1).any()


def test_letters_beyond_ascii_are_drawn():
    bare = caption_bar([Caption('')], 200)
    assert not np.array_equal(caption_bar([Caption('größer café')], 200), bare)

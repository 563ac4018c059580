"""Letters of every script are drawn, or written as their codes."""

import numpy as np
import pytest
from PIL import ImageFont

from mevis.visualization import Caption, caption_bar, fonts
from mevis.visualization.fonts import text_length

KINDS = ['红色方块', 'الكرة الحمراء', 'красный шар', '😀', 'งู']


@pytest.fixture(autouse=True)
def fresh():
    for cached in (fonts._shown, fonts._packaged, fonts._say_that_none_has):
        cached.cache_clear()
    yield
    for cached in (fonts._shown, fonts._packaged, fonts._say_that_none_has):
        cached.cache_clear()


def bar(text: str) -> np.ndarray:
    return caption_bar([Caption(text)], 360)


@pytest.mark.parametrize('text', KINDS)
def test_two_sentences_of_one_length_look_different(text):
    other = ''.join(chr(ord(letter) + 1) if letter != ' ' else ' ' for letter in text)
    assert not np.array_equal(bar(text), bar(other))


def test_a_letter_without_a_font_is_its_code_and_is_said_once(monkeypatch):
    said = []
    monkeypatch.setattr(fonts, '_candidates', lambda letter: ())
    monkeypatch.setattr(fonts, 'print_log', lambda text, *rest: said.append(text))
    assert np.array_equal(bar('a 红 b 红'), bar(r'a \u7ea2 b \u7ea2'))
    assert len(said) == 1
    assert 'U+7EA2' in said[0]
    assert 'mevis[fonts]' in said[0]


def test_what_is_not_seen_is_not_drawn(monkeypatch):
    monkeypatch.setattr(fonts, '_candidates', lambda letter: ())
    assert np.array_equal(bar('a\u200db\ufe0f'), bar('ab'))
    assert np.array_equal(bar('a\x1b[31m'), bar(r'a\x1b[31m'))


@pytest.mark.parametrize('letter', ['\u200c', '\u200d', '\u200e', '\u200f', '\u2066', '\ufeff'])
def test_signs_that_only_steer_their_neighbours_are_never_drawn(letter, monkeypatch):
    monkeypatch.setattr(fonts, '_font_with', lambda one: None if one.isascii() else 'has a sign')
    assert fonts._shown(letter) == []
    assert fonts._shown('红') == [('has a sign', '红')]


def test_a_joined_form_that_no_font_has_is_drawn_as_its_letter(monkeypatch):
    path = next(fonts._candidates('ب'), None)
    real = fonts._font_with
    monkeypatch.setattr(fonts, '_font_with', lambda one: None if one == 'ﺐ' else real(one))
    assert path is None or fonts._shown('ﺐ') == fonts._shown('ب')


def test_plain_letters_are_those_of_pillow():
    text = 'the red square moves'
    assert text_length(text, 14) == ImageFont.load_default(14).getlength(text)


def test_a_font_that_cannot_be_read_has_no_letters(tmp_path):
    (tmp_path / 'broken.ttf').write_bytes(b'\0\1\0\0')
    assert fonts._letters(tmp_path / 'broken.ttf') == frozenset()


def test_the_font_of_the_environment_is_asked_first(monkeypatch, tmp_path):
    monkeypatch.setenv('MEVIS_FONT', str(tmp_path / 'mine.ttf'))
    assert next(fonts._candidates('红')) == tmp_path / 'mine.ttf'

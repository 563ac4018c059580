"""Letters stand as a reader of their script expects them."""

import builtins
import unicodedata

import numpy as np

from mevis.visualization import Caption, caption_bar, reading_order
from mevis.visualization.reading_order import visual_order


def test_text_from_left_to_right_is_left_alone():
    for text in ('the red square', '红色方块', 'красный шар', 'a (b) 1'):
        assert visual_order(text) == text


def test_hebrew_is_turned_around_and_latin_words_in_it_are_not():
    assert visual_order('אבג dog 12') == 'dog 12 גבא'
    assert visual_order('אב (גד) a') == 'a (דג) בא'


def test_arabic_letters_have_the_form_of_their_place():
    text = 'الكرة'
    names = [unicodedata.name(letter) for letter in visual_order(text)]
    # From the left: the end of the word first, which the letter before it does not join.
    forms = [name.split()[-2] for name in names]
    assert forms == ['ISOLATED', 'FINAL', 'MEDIAL', 'INITIAL', 'ISOLATED']
    assert unicodedata.normalize('NFKC', ''.join(reversed(visual_order(text)))) == text


def test_a_caption_shows_joined_letters():
    joined, apart = (caption_bar([Caption(text)], 360) for text in ('كرة', 'ك\u200cر\u200cة'))
    assert not np.array_equal(joined, apart)


def test_without_the_packages_the_text_stays_and_it_is_said_once(monkeypatch):
    said = []
    real = builtins.__import__

    def none_of_them(name, *rest, **named):
        if name.split('.')[0] in ('arabic_reshaper', 'bidi'):
            raise ImportError(name)
        return real(name, *rest, **named)

    reading_order._say_what_is_missing.cache_clear()
    monkeypatch.setattr(builtins, '__import__', none_of_them)
    monkeypatch.setattr(reading_order, 'print_log', lambda text, *rest: said.append(text))
    assert [visual_order('אב'), visual_order('אב')] == ['אב', 'אב']
    assert len(said) == 1
    assert 'mevis[fonts]' in said[0]
    reading_order._say_what_is_missing.cache_clear()

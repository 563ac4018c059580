import zlib

import torch

from mevis.models.text_encoders import WordTextEncoder

CPU = torch.device('cpu')


def encoder(**options):
    torch.manual_seed(0)
    return WordTextEncoder(16, num_heads=2, **options).eval()


def test_words_are_read_whatever_their_case_and_spacing():
    tokens = encoder().tokenize
    assert tokens('The  Red square') == tokens('the red square')
    assert tokens('left') != tokens('right')
    assert tokens('a b') != tokens('b a')
    assert len(tokens('the dog, left.')) == 1 + 5


def test_the_vocabulary_is_the_same_in_every_process():
    """A checksum, not Python's salted hash."""
    ids = [zlib.crc32(word) % 4096 + 2 for word in (b'left', b'right')]
    assert encoder().tokenize('left right') == [0, *ids]


def test_the_order_of_words_matters():
    model = encoder()
    one, other = (model([text], CPU).words[:, 0] for text in ('a left b', 'b left a'))
    assert (one - other).abs().max() > 1e-3


def test_long_and_empty_expressions_are_read():
    model = encoder(max_words=4)
    assert model(['one two three four five six'], CPU).words.shape == (1, 5, 16)
    empty = model([''], CPU)
    assert empty.words.shape == (1, 1, 16)
    assert not empty.padding_mask.any()


def test_words_that_are_not_read_are_said_once(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mevis.models.text_encoders.base.print_log', lambda text, *rest: said.append(text)
    )
    model = encoder(max_words=4)
    model.tokenize('one two three four')
    assert not said
    for _ in range(2):
        model.tokenize('a sentence of no less than seven words')
    assert len(said) == 1
    assert '8 words, of which the first 4 are read' in said[0]


def test_half_a_character_is_read_as_a_question_mark():
    tokens = encoder().tokenize
    assert tokens('a \ud83d bird') == tokens('a ? bird')

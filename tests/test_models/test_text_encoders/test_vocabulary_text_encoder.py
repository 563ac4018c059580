import torch

from mevis.models.text_encoders import VocabularyTextEncoder

WORDS = 'the cat moving left still'


def encoder(**more):
    torch.manual_seed(0)
    return VocabularyTextEncoder(WORDS, 16, empty_words='the cat', **more).eval()


def test_words_that_it_does_not_know_are_one_word():
    device = torch.device('cpu')
    one, two, known = (
        encoder()([f'the {word} moving'], device).words for word in ('dog', 'elephant', 'cat')
    )
    assert torch.equal(one, two)
    assert not torch.allclose(one, known)


def test_it_names_unknown_words_with_known_ones_like_them():
    assert encoder().unknown_words('The cats movin, LEFT!') == {
        'cats': ['cat'],
        'movin': ['moving'],
    }
    assert encoder().unknown_words('the zebra') == {'zebra': []}


def test_some_words_ask_for_nothing():
    assert encoder().telling_words('the cat on the left') == ['left']
    assert encoder().telling_words('the cat') == []


def test_further_words_leave_what_was_learnt_as_it_is():
    plain, more = encoder(), encoder(more_words='red blue')
    loaded = more.load_state_dict(plain.state_dict(), strict=False)
    assert loaded.missing_keys == ['more_embedding.weight']
    device = torch.device('cpu')
    same = ['the cat moving left']
    assert torch.equal(plain(same, device).words, more(same, device).words)
    red, blue = (more([f'the {word} cat'], device).words for word in ('red', 'blue'))
    assert not torch.allclose(red, blue)
    more(same, device).words.sum().backward()
    assert more.more_embedding.weight.grad is not None

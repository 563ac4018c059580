import pytest
import torch

from mevis.errors import UserError
from mevis.models.text_encoders import HFTextEncoder
from mevis.testing.small_mutr import ROBERTA


def encoder(**options):
    torch.manual_seed(0)
    return HFTextEncoder(config=ROBERTA, **options).eval()


def test_its_width_is_that_of_the_config():
    model = encoder()
    assert model.embed_dims == 16
    assert model.body.config.num_hidden_layers == 1


@torch.no_grad()
def test_padding_changes_no_word():
    model = encoder()
    ids = torch.tensor([[0, 7, 8, 2, 1, 1]])
    attention = torch.tensor([[1, 1, 1, 1, 0, 0]])
    long = model.encode_ids(ids, attention)
    short = model.encode_ids(ids[:, :4], attention[:, :4])
    torch.testing.assert_close(long.words[:, :4], short.words, rtol=1e-5, atol=1e-5)
    assert long.padding_mask.tolist() == [[False] * 4 + [True] * 2]


@torch.no_grad()
def test_the_words_are_the_last_hidden_states():
    model = encoder()
    ids = torch.tensor([[0, 7, 2]])
    hidden = model.body(input_ids=ids, output_hidden_states=True).hidden_states[-1]
    torch.testing.assert_close(model.encode_ids(ids, torch.ones_like(ids)).words, hidden)


def test_another_family_is_one_word():
    config = {**ROBERTA, 'model_type': 'bert'}
    assert type(HFTextEncoder(config=config).body).__name__ == 'BertModel'


@pytest.mark.parametrize('kind', ['folder', 'name'])
def test_what_is_not_there_is_named_with_the_mend(tmp_path, kind):
    place = str(tmp_path) if kind == 'folder' else 'no/such-model'
    model = encoder(name_or_path=place, local_files_only=True)
    with pytest.raises(UserError, match=r'cannot be read.*model\.text_encoder\.name_or_path'):
        model(['a bird'], torch.device('cpu'))
    with pytest.raises(UserError, match=place):
        model.init_weights()


def test_a_folder_is_loaded_when_training_starts(tmp_path):
    source = encoder()
    torch.nn.init.constant_(source.body.embeddings.word_embeddings.weight, 0.5)
    source.body.save_pretrained(tmp_path)
    model = encoder(name_or_path=str(tmp_path), local_files_only=True)
    assert not torch.equal(
        model.body.embeddings.word_embeddings.weight,
        source.body.embeddings.word_embeddings.weight,
    )
    model.init_weights()
    for name, value in source.body.state_dict().items():
        torch.testing.assert_close(model.body.state_dict()[name], value)


class _Tokenizer:
    """One token per word, as tokenizers of transformers answer."""

    def __call__(self, sentences, max_length=None, **options):
        ids = [list(range(3, 3 + len(text.split())))[:max_length] for text in sentences]
        if max_length is None:
            return {'input_ids': ids}
        from transformers import BatchEncoding

        longest = max(map(len, ids))
        padded = torch.tensor([one + [1] * (longest - len(one)) for one in ids])
        return BatchEncoding({'input_ids': padded, 'attention_mask': (padded != 1).long()})


@torch.no_grad()
def test_tokens_that_are_not_read_are_said_once(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mevis.models.text_encoders.base.print_log', lambda text, *rest: said.append(text)
    )
    model = encoder(max_tokens=4)
    model._tokenizer = _Tokenizer()
    for _ in range(2):
        words = model(['a b c d', 'half \ud83d one with five'], torch.device('cpu')).words
        assert words.shape[:2] == (2, 4)
    assert len(said) == 1
    assert '5 tokens, of which the first 4 are read' in said[0]

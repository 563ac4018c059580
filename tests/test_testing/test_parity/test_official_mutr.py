"""The official code is not here; what is asked of a checkout is."""

import pytest
import torch

from mevis.errors import UserError
from mevis.testing.parity.official_mutr import fill_official, import_official, speak


def test_a_folder_without_the_code_is_named(tmp_path):
    with pytest.raises(UserError, match=r'no models/mutr.py there. Clone OpenGVLab/MUTR'):
        import_official(tmp_path)


def test_weights_follow_the_rule():
    first, second = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    states = [fill_official(module) for module in (first, second)]
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(states[0]['weight'], first.weight)


def test_a_model_hears_the_ids_that_it_is_told():
    model = torch.nn.Module()
    ids = torch.tensor([[0, 5, 2]])
    captions = speak(model, ids)
    heard = model.tokenizer.batch_encode_plus(captions, padding='longest', return_tensors='pt')
    heard = heard.to(torch.device('cpu'))
    assert torch.equal(dict(**heard)['input_ids'], ids)
    assert heard.attention_mask.tolist() == [[1, 1, 1]]

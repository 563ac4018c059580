import pytest

from mevis.apis.inference import shipped_model
from mevis.apis.inference.shipped_model import chosen_model
from mevis.errors import UserError


def test_the_shipped_model_is_there_and_loads(tmp_path):
    from mevis.apis.inference.inferencer import RefVidSegInferencer

    config, weights = chosen_model(None, None)
    assert weights.stat().st_size < 15e6
    RefVidSegInferencer(config, weights, 'cpu')


def test_a_named_model_is_taken():
    assert [str(path) for path in chosen_model('a.py', 'b.pth')] == ['a.py', 'b.pth']


@pytest.mark.parametrize(('config', 'checkpoint'), [('a.py', None), (None, 'b.pth')])
def test_one_without_the_other_is_refused(config, checkpoint):
    given = '--config' if config else '--checkpoint'
    with pytest.raises(UserError, match=f'^{given} needs its --'):
        chosen_model(config, checkpoint)


def test_without_a_checkout_the_mend_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped_model, 'WEIGHTS', tmp_path / 'no.safetensors')
    with pytest.raises(UserError, match=r'no\.safetensors.*--checkpoint'):
        chosen_model(None, None)

import pytest
import torch

from mevis.errors import UserError
from mevis.refiners import sam_weights
from mevis.refiners.sam_weights import build_sam
from mevis.testing.small_sam import small_hq_sam


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Every model is the same small one, whose width stands for that of vit_b."""
    monkeypatch.setattr(sam_weights, 'new_sam', lambda model, hq=True: small_hq_sam(hq, seed=5))
    monkeypatch.setattr(sam_weights, '_WIDTHS', {32: 'vit_b', 48: 'vit_l'})


def save(folder, weights, name='sam.pth'):
    torch.save(weights, folder / name)
    return str(folder / name)


def test_hq_weights_are_taken_over(tmp_path):
    weights = small_hq_sam(seed=1).state_dict()
    sam = build_sam('vit_b', save(tmp_path, weights))
    assert hasattr(sam.mask_decoder, 'hf_token')
    for key, value in sam.state_dict().items():
        assert torch.equal(value, weights[key])


def test_weights_of_the_original_sam_make_a_sam_without_hq(tmp_path):
    sam = build_sam('vit_b', save(tmp_path, small_hq_sam(hq=False, seed=1).state_dict()))
    assert not hasattr(sam.mask_decoder, 'hf_token')


def test_a_missing_file_is_described(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as error:
        build_sam('vit_l', None)
    for text in (
        'data/weights/sam_hq_vit_l.pth: no such file',
        'sam_vit_l_0b3195.pth',
        'checkpoint=',
    ):
        assert text in str(error.value)


def test_weights_of_another_size_are_named(tmp_path):
    path = save(tmp_path, small_hq_sam().state_dict())
    with pytest.raises(UserError, match=r'sam\.pth: these are weights of SAM vit_b.*vit_l'):
        build_sam('vit_l', path)


def test_other_weights_are_refused(tmp_path):
    with pytest.raises(UserError, match='no weights of SAM'):
        build_sam('vit_b', save(tmp_path, {'conv.weight': torch.zeros(2)}))


@pytest.mark.parametrize('damage', ['missing', 'of another shape'])
def test_half_a_file_is_refused(tmp_path, damage):
    weights = small_hq_sam().state_dict()
    key = 'mask_decoder.iou_token.weight'
    if damage == 'missing':
        del weights[key]
    else:
        weights[key] = torch.zeros(1, 7)
    with pytest.raises(UserError, match=rf'sam\.pth: 1 tensors are {damage} \({key}\)'):
        build_sam('vit_b', save(tmp_path, weights))


class Code:
    def __reduce__(self):
        return (print, ('code of the file ran',))


def test_code_in_a_file_is_not_run(tmp_path, capsys):
    with pytest.raises(UserError, match='would run code'):
        build_sam('vit_b', save(tmp_path, {'a': Code()}))
    assert 'ran' not in capsys.readouterr().out

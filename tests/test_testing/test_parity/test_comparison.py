"""The yardstick itself: what is not equal must not pass."""

import pytest
import torch
from safetensors.torch import save_file

from mevis.errors import UserError
from mevis.testing.parity.comparison import (
    Comparison,
    fill_by_rule,
    read_json,
    read_tensors,
    ruled_tensor,
)
from mevis.testing.parity.report import print_comparisons


def compared(got: float, tolerance: float = 1e-3) -> Comparison:
    comparison = Comparison('case')
    comparison.close('tensor', torch.tensor([got, 0.0]), torch.tensor([10.0, 0.0]), tolerance)
    return comparison


def test_differences_are_relative_to_the_largest_wanted_value():
    assert compared(10.005).holds
    assert not compared(10.02).holds
    assert compared(10.02).worst[1] == pytest.approx(2e-3, rel=1e-3)


@pytest.mark.parametrize('got', [float('nan'), float('inf')])
def test_what_is_not_finite_differs(got):
    assert not compared(got).holds
    comparison = Comparison('case')
    comparison.number('loss', got, 1.0, 1e-3)
    assert not comparison.holds


def test_another_shape_differs_though_it_would_broadcast():
    comparison = Comparison('case')
    comparison.close('tensor', torch.ones(1, 3), torch.ones(2, 3), 1.0)
    assert not comparison.holds
    assert '(1, 3) for (2, 3)' in comparison.worst[0]


def test_nothing_compared_is_not_equal():
    assert not Comparison('empty').holds


def test_bits_and_objects():
    comparison = Comparison('case')
    comparison.share('bits', torch.tensor([1, 0, 1, 1]), torch.tensor([1, 1, 1, 1]), 0.25)
    assert comparison.holds
    comparison.equal('names', {'a'}, {'a', 'b'})
    assert comparison.worst[0] == 'names'
    assert not comparison.holds


def test_a_floor_forgives_what_is_zero_but_for_rounding():
    comparison = Comparison('case')
    comparison.number('gradient', 2e-9, 1e-9, 1e-3, floor=1e-5)
    assert comparison.holds
    comparison.number('gradient', 2e-9, 1e-9, 1e-3)
    assert not comparison.holds


def test_the_status_is_1_as_soon_as_one_case_differs(capsys):
    assert print_comparisons([compared(10.0)]) == 0
    assert print_comparisons([compared(10.0), compared(11.0)]) == 1
    assert '1 of 2 cases are equal' in capsys.readouterr().out


def test_weights_by_rule_follow_from_the_name_alone():
    first, again = ruled_tensor('a.weight', (3, 4)), ruled_tensor('a.weight', (3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, ruled_tensor('b.weight', (3, 4)))
    assert (ruled_tensor('bn.running_var', (50,)) >= 1).all()


def test_shared_tensors_stay_shared():
    names = ('transformer.decoder.bbox_embed.0.weight', 'bbox_embed.0.weight')
    filled = fill_by_rule(dict.fromkeys(names, (2, 2)))
    assert filled[names[0]] is filled[names[1]]


def test_damaged_recordings_are_named(tmp_path):
    path = tmp_path / 'eval.safetensors'
    save_file({'video': torch.zeros(100)}, path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match=r'eval\.safetensors: not a complete'):
        read_tensors(path)
    with pytest.raises(UserError, match=r'eval\.json: no such file'):
        read_json(path.with_suffix('.json'))
    path.with_suffix('.json').write_text('{')
    with pytest.raises(UserError, match=r'eval\.json: no complete JSON'):
        read_json(path.with_suffix('.json'))

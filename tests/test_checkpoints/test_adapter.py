import pytest
import torch

from mevis.checkpoints.adapter import Rule, StateDictAdapter
from mevis.errors import UserError


@pytest.fixture
def adapter():
    rules = [
        Rule('layers.{}.special', 'first.{}'),
        Rule('layers.{}', 'blocks.{}'),
        Rule('pos', 'position', lambda x: x[0], lambda x: x[None]),
        Rule('head', 'head'),
    ]
    ignored = {'old.{}.constant': 'a constant'}
    return StateDictAdapter('the other model', rules, ignored, aliases={'decoder.head': 'head'})


@pytest.fixture
def official():
    head = torch.randn(2)
    return {
        'layers.0.special.weight': torch.randn(3),
        'layers.10.weight': torch.randn(3),
        'pos': torch.randn(1, 4),
        'head.bias': head,
        'decoder.head.bias': head,
    }


def test_the_first_rule_that_fits_decides_and_numbers_travel(adapter, official):
    converted = adapter.to_ours(official).state_dict
    assert set(converted) == {'first.0.weight', 'blocks.10.weight', 'position', 'head.bias'}
    assert converted['position'].shape == (4,)


def test_there_and_back_is_the_same(adapter, official):
    back = adapter.to_official(adapter.to_ours(official).state_dict).state_dict
    assert set(back) == set(official)
    assert all(torch.equal(back[key], official[key]) for key in official)


def test_what_is_left_out_is_listed_with_its_reason(adapter, official):
    conversion = adapter.to_ours({**official, 'old.3.constant': torch.zeros(1)})
    assert conversion.ignored == {
        'old.3.constant': 'a constant',
        'decoder.head.bias': 'another name of head',
    }


def test_a_prefix_ends_at_a_dot(adapter, official):
    with pytest.raises(UserError, match=r'not known of the other model: position_table'):
        adapter.to_ours({**official, 'position_table': torch.zeros(1)})


def test_module_prefixes_do_not_matter(adapter, official):
    wrapped = {f'module.{key}': value for key, value in official.items()}
    assert set(adapter.to_ours(wrapped).state_dict) == set(adapter.to_ours(official).state_dict)


def test_shared_tensors_that_differ_are_refused(adapter, official):
    with pytest.raises(UserError, match=r'decoder\.head\.bias: differs from head'):
        adapter.to_ours({**official, 'decoder.head.bias': torch.randn(2)})


def test_what_the_other_model_lacks_is_refused(adapter):
    with pytest.raises(UserError, match=r'no place in the other model: time_encoding\.weight'):
        adapter.to_official({'time_encoding.weight': torch.zeros(1)})


def test_counters_stay_behind(adapter):
    ours = {'blocks.0.num_batches_tracked': torch.tensor(3), 'blocks.0.weight': torch.zeros(1)}
    assert list(adapter.to_official(ours).state_dict) == ['layers.0.weight']

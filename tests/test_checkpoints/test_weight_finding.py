import numpy as np
import pytest
import torch

from mevis.checkpoints.weight_finding import bare_names, find_weights
from mevis.errors import UserError

STATE = {'a.weight': torch.ones(2, 3), 'a.bias': torch.zeros(2)}
OTHER = {'a.weight': torch.zeros(2, 3), 'a.bias': torch.ones(2)}


def assert_found(raw) -> None:
    found, _ = find_weights(raw, 'a.pth')
    assert found.keys() == STATE.keys()
    assert all(torch.equal(found[key], STATE[key]) for key in STATE)


@pytest.mark.parametrize(
    'name',
    ['state_dict', 'model', 'module', 'net', 'weights', 'model_ema', 'state_dict_ema', 'ema']
    + ['ema_state_dict', 'student', 'Whatever'],
)
def test_the_one_mapping_of_tensors_is_found_whatever_its_name(name):
    assert_found({name: STATE})
    assert_found({'epoch': 3, name: STATE, 'optimizer': {'state': {0: {'step': torch.ones(1)}}}})
    assert_found({name: STATE, 'global_step': torch.tensor(5)})
    assert_found({name: {'state_dict': STATE}})
    assert_found({'checkpoint': {name: STATE, 'meta': {}}})


def test_a_bare_state_dict_is_found():
    assert find_weights(STATE, 'a.pth') == (STATE, None)
    assert_found({**STATE, 'version': 'x'})


def test_averaged_weights_are_taken_only_where_there_are_no_others():
    assert_found({'ema_state_dict': OTHER, 'state_dict': STATE})
    assert_found({'model_ema': OTHER, 'model': STATE})


def test_of_several_models_none_is_guessed():
    with pytest.raises(UserError, match=r'a\.pth: .*several models \(teacher, student\)'):
        find_weights({'teacher': STATE, 'student': OTHER}, 'a.pth')


@pytest.mark.parametrize('raw', [{}, {'meta': {}}, {'model': {}}, {'optimizer': {'x': STATE}}])
def test_no_weights_are_said_with_the_keys(raw):
    with pytest.raises(
        UserError, match=rf'a\.pth: no weights in it \(keys: {next(iter(raw), "no")}'
    ):
        find_weights(raw, 'a.pth')


def test_something_else_is_called_by_its_type():
    with pytest.raises(UserError, match='holds a list instead of weights'):
        find_weights([1], 'a.pth')


@pytest.mark.parametrize(
    'prefix', ['module.', '_orig_mod.', 'module._orig_mod.', '_orig_mod.module.', 'module.module.']
)
def test_what_wrappers_put_before_names_goes(prefix):
    assert_found({'state_dict': {prefix + key: value for key, value in STATE.items()}})


def test_a_compiled_part_and_the_counter_of_averages():
    assert_found({'a._orig_mod.weight': STATE['a.weight'], 'a.bias': STATE['a.bias']})
    wrapped = {f'module.{key}': value for key, value in STATE.items()}
    assert_found({'ema_state_dict': {**wrapped, 'n_averaged': torch.tensor(7)}})
    assert_found({'ema_state_dict': {**wrapped, 'steps': torch.tensor(7)}})


def test_two_tensors_never_become_one():
    with pytest.raises(UserError, match=r'a\.bias is there twice'):
        bare_names({'a.bias': STATE['a.bias'], 'module.a.bias': STATE['a.bias']}, 'a.pth')


def test_arrays_of_numpy_count_as_tensors():
    assert_found({'model': {key: value.numpy() for key, value in STATE.items()}})
    swapped = {key: value.numpy().astype('>f4') for key, value in STATE.items()}
    assert_found(swapped)
    read_only = np.frombuffer(b'\0\0\x80?' * 2, '<f4')
    assert find_weights({'w': read_only}, 'a.pth')[0]['w'].tolist() == [1, 1]


def test_tensors_without_dense_values_are_named():
    strange = (
        torch.eye(3).to_sparse(),
        torch.empty(3, device='meta'),
        torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
        torch.ones(3).to(torch.float8_e4m3fn),
        torch.ones(3).to(torch.float8_e5m2),
    )
    for tensor in strange:
        with pytest.raises(UserError, match=r'a\.pth: w is .*dense'):
            find_weights({'w': tensor}, 'a.pth')

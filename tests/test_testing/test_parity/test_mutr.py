"""MUTR against recordings of the official code."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import mevis.models  # noqa: F401 - registers what the recordings need
from mevis.apis.parity import mutr
from mevis.checkpoints.mutr import convert_official, convert_to_official
from mevis.errors import UserError
from mevis.testing.parity.comparison import read_json
from mevis.testing.parity.mutr import MUTRParity

CHOSEN = ['mti', 'eval_r50_T3_padded', 'train_r50_b1']


@pytest.fixture(scope='module')
def folder(parity_folder):
    return parity_folder / 'mutr'


@pytest.fixture(scope='module')
def parity():
    return MUTRParity(
        convert_official, convert_to_official, mutr._interaction_to_ours, mutr._make_target
    )


@pytest.mark.parametrize('name', CHOSEN)
def test_recording(folder, parity, name):
    comparison = parity.check_case(folder / f'{name}.safetensors')
    assert comparison.holds, comparison.worst
    assert len(comparison.rows) >= {'mti': 8, 'eval': 19, 'train': 500}[name.split('_')[0]]


@pytest.mark.slow
def test_all_other_recordings(folder, parity):
    others = [path for path in folder.glob('*.safetensors') if path.stem not in CHOSEN]
    assert others
    for path in sorted(others):
        comparison = parity.check_case(path)
        assert comparison.holds, (path.stem, comparison.worst)


@pytest.mark.parametrize('backbone', ['resnet50', 'swin_t_p4w7', 'video_swin_t_p4w7'])
def test_every_official_tensor_has_its_place(folder, parity, backbone):
    comparison = parity.check_keys(folder / f'keys_official_{backbone}.json')
    assert comparison.holds, comparison.worst


def test_a_changed_tensor_is_found(folder, parity, tmp_path):
    tensors = load_file(folder / 'mti.safetensors')
    key = next(key for key in tensors if key.startswith('eval_'))
    changed = tensors[key].clone()
    changed.view(-1)[7] += 1e-3 * changed.abs().max()
    save_file({**tensors, key: changed}, tmp_path / 'mti.safetensors')
    comparison = parity.check_case(tmp_path / 'mti.safetensors')
    assert not comparison.holds
    assert comparison.worst[0] == key


def test_a_gradient_that_differs_is_found_by_every_order_of_sums(folder, parity, tmp_path):
    shutil.copy(folder / 'train_r50_b1.safetensors', tmp_path)
    recording = read_json(folder / 'train_r50_b1.json')
    name = 'transformer.encoder.layers.2.self_attn.sampling_offsets.bias'
    recording['grad_norms'][name] *= 1.006
    (tmp_path / 'train_r50_b1.json').write_text(json.dumps(recording))
    threads = torch.get_num_threads()
    comparison = parity.check_case(tmp_path / 'train_r50_b1.safetensors')
    assert not comparison.holds
    assert comparison.worst[0] == f'gradient of {name}'
    assert torch.get_num_threads() == threads


def test_an_empty_folder_proves_nothing(tmp_path):
    with pytest.raises(UserError, match='no recordings of MUTR'):
        mutr.check_folder(tmp_path)


def test_a_recording_of_something_else_is_refused(parity, tmp_path):
    save_file({'x': torch.zeros(1)}, tmp_path / 'other_case.safetensors')
    with pytest.raises(UserError, match=r'other_case\.safetensors: neither eval_'):
        parity.check_case(tmp_path / 'other_case.safetensors')


def test_an_argument_whose_effect_is_unknown_is_refused(folder, parity, tmp_path):
    for suffix in ('.safetensors', '.json'):
        shutil.copyfile(folder / f'eval_r50_T5{suffix}', tmp_path / f'eval_case{suffix}')
    text = (tmp_path / 'eval_case.json').read_text()
    (tmp_path / 'eval_case.json').write_text(text.replace('--binary', '--two_stage'))
    with pytest.raises(UserError, match='--two_stage'):
        parity.check_case(tmp_path / 'eval_case.safetensors')

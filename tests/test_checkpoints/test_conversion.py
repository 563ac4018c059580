import argparse

import pytest
import torch
from safetensors.torch import load_file

from mevis.checkpoints.conversion import convert_file
from mevis.checkpoints.mutr import convert_to_official
from mevis.errors import UserError
from mevis.testing.small_mutr import build_small_mutr


@pytest.fixture(scope='module')
def state():
    """A whole MUTR but for its text encoder, which is not RoBERTa here."""
    state = build_small_mutr(num_classes=65).state_dict()
    left_out = ('text_encoder.',), ('num_batches_tracked',)
    return {
        key: value
        for key, value in state.items()
        if not key.startswith(left_out[0]) and not key.endswith(left_out[1])
    }


@pytest.fixture
def release(tmp_path, state):
    """A file as the official code writes it."""
    model = {f'module.{k}': v for k, v in convert_to_official(state).state_dict.items()}
    model['module.text_encoder.embeddings.position_ids'] = torch.arange(4)[None]
    args = argparse.Namespace(backbone='resnet18', num_queries=3, binary=False)
    path = tmp_path / 'release.pth'
    torch.save({'model': model, 'optimizer': {}, 'epoch': 5, 'args': args}, path)
    return path


def same(first, second):
    return set(first) == set(second) and all(torch.equal(first[k], second[k]) for k in first)


def test_a_release_becomes_safetensors_and_an_engine_file(tmp_path, state, release):
    conversion = convert_file('mutr', release, tmp_path / 'ours.safetensors')
    assert 'text_encoder.embeddings.position_ids' in conversion.ignored
    assert same(load_file(tmp_path / 'ours.safetensors'), state)
    convert_file('mutr', release, tmp_path / 'ours.pth')
    written = torch.load(tmp_path / 'ours.pth', weights_only=True)
    assert same(written['state_dict'], state)
    architecture = dict(backbone='resnet18', num_queries=3, binary=False)
    assert written['meta'] == dict(release='mutr', architecture=architecture)


def test_the_way_back_is_read_by_the_official_code(tmp_path, state):
    torch.save({'state_dict': state}, tmp_path / 'ours.pth')
    convert_file('mutr', tmp_path / 'ours.pth', tmp_path / 'official.pth', inverse=True)
    official = torch.load(tmp_path / 'official.pth', weights_only=True)['model']
    assert same(official, convert_to_official(state).state_dict)
    # Shared box heads are there under both names.
    assert 'bbox_embed.0.layers.0.weight' in official
    assert 'transformer.decoder.bbox_embed.0.layers.0.weight' in official
    convert_file('mutr', tmp_path / 'official.pth', tmp_path / 'again.safetensors')
    assert same(load_file(tmp_path / 'again.safetensors'), state)


def test_what_cannot_be_converted_leaves_no_file(tmp_path, release):
    with pytest.raises(UserError, match=r'\.safetensors or \.pth'):
        convert_file('mutr', release, tmp_path / 'ours.bin')
    torch.save({'epoch': 3}, tmp_path / 'numbers.pth')
    with pytest.raises(UserError, match=r'numbers\.pth: no weights'):
        convert_file('mutr', tmp_path / 'numbers.pth', tmp_path / 'ours.pth')
    torch.save({0: torch.zeros(1)}, tmp_path / 'numbers.pth')
    with pytest.raises(UserError, match=r'numbers\.pth: no weights'):
        convert_file('dvis', tmp_path / 'numbers.pth', tmp_path / 'ours.pth')
    torch.save([torch.zeros(1)], tmp_path / 'numbers.pth')
    with pytest.raises(UserError, match=r'numbers\.pth: holds a list instead of weights'):
        convert_file('dvis', tmp_path / 'numbers.pth', tmp_path / 'ours.pth')
    torch.save({'model': {'head.weight': torch.zeros(1)}}, tmp_path / 'other.pth')
    with pytest.raises(UserError, match='not known of the official MUTR'):
        convert_file('mutr', tmp_path / 'other.pth', tmp_path / 'ours.pth')
    assert {path.name for path in tmp_path.iterdir()} == {
        'release.pth',
        'numbers.pth',
        'other.pth',
    }

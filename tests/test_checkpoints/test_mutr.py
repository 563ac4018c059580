"""The official names, without building a model; tests/test_testing loads them into one."""

import json

import pytest
import torch

from mevis.checkpoints.mutr import (
    architecture_of,
    convert_official,
    convert_to_official,
    is_official,
)
from mevis.errors import UserError
from mevis.testing.small_mutr import build_small_mutr

BACKBONES = ['resnet101', 'resnet50', 'swin_l_p4w7', 'swin_t_p4w7', 'video_swin_b_p4w7']
BACKBONES += ['video_swin_t_p4w7']


@pytest.fixture
def official(parity_folder, request):
    text = (parity_folder / 'mutr' / f'keys_official_{request.param}.json').read_text()
    return {
        name: torch.empty(shape, device='meta') for name, (shape, _) in json.loads(text).items()
    }


@pytest.mark.parametrize('official', BACKBONES, indirect=True)
def test_all_official_keys_are_consumed_and_come_back(official):
    assert is_official(official)
    conversion = convert_official(official)
    assert set(conversion.renamed) | set(conversion.ignored) == set(official)
    assert len(set(conversion.renamed.values())) == len(conversion.renamed)
    # Left out are second names of shared tensors, and constants.
    assert all(
        key.startswith('transformer.decoder.bbox_embed.') or key.endswith('position_ids')
        for key in conversion.ignored
    )
    back = convert_to_official(conversion.state_dict).state_dict
    constants = {key for key in official if key.endswith('position_ids')}
    assert set(back) == set(official) - constants
    assert all(back[key].shape == official[key].shape for key in back)


@pytest.mark.parametrize('official', ['resnet50', 'swin_t_p4w7'], indirect=True)
def test_as_released_with_module_prefix_and_position_ids(official):
    plain = convert_official(official).state_dict
    released = {f'module.{key}': value for key, value in official.items()}
    released['module.text_encoder.embeddings.position_ids'] = torch.arange(514)[None]
    assert is_official(released)
    conversion = convert_official(released)
    assert set(conversion.state_dict) == set(plain)
    assert 'text_encoder.embeddings.position_ids' in conversion.ignored


def test_weights_of_another_model_are_not_ours_to_convert():
    assert not is_official({'backbone.conv1.weight': None})
    with pytest.raises(UserError, match='Is it a checkpoint of another model'):
        convert_official({'sem_seg_head.weight': torch.zeros(1)})


@pytest.mark.parametrize('num_classes', [1, 65])
def test_values_survive_there_and_back(num_classes):
    state = build_small_mutr(num_classes=num_classes).state_dict()
    # The small model's own text encoder has no official names.
    state = {k: v for k, v in state.items() if not k.startswith('text_encoder.')}
    official = convert_to_official(state).state_dict
    assert official['class_embed.0.weight'].shape[0] == num_classes
    back = convert_official(official).state_dict
    counters = {key for key in state if key.endswith('num_batches_tracked')}
    assert set(back) == set(state) - counters
    assert all(torch.equal(back[key], state[key]) for key in back)


def test_time_codes_have_no_official_place():
    state = build_small_mutr(temporal_position=True).state_dict()
    state = {k: v for k, v in state.items() if not k.startswith('text_encoder.')}
    with pytest.raises(UserError, match='time_encoding'):
        convert_to_official(state)


def test_the_architecture_is_read_from_the_command_line_of_a_release():
    args = dict(backbone='resnet50', num_queries=5, device='cuda', output_dir='x')
    assert architecture_of(args) == dict(backbone='resnet50', num_queries=5)

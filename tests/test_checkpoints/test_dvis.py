"""Official MinVIS and DVIS weights through files, both ways."""

import pytest
import torch
from mmengine.registry import DefaultScope
from safetensors.torch import load_file

from mevis.checkpoints.conversion import convert_file
from mevis.checkpoints.dvis import (
    architecture_of,
    convert_official,
    convert_to_official,
    current_name,
)
from mevis.checkpoints.loading import load_into
from mevis.errors import UserError

BACKBONES = {
    'resnet': dict(type='mmdet.ResNet', depth=50, base_channels=4, norm_eval=True),
    'swin': dict(
        type='mmdet.SwinTransformer',
        embed_dims=8,
        depths=(1, 1, 1, 1),
        num_heads=(1, 1, 2, 2),
        window_size=4,
    ),
}


def small_dvis(num_classes: int = 4, backbone: str = 'resnet', seed: int = 0) -> torch.nn.Module:
    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    part = dict(mask_dims=32, num_layers=2, num_heads=2, feedforward_dims=8)
    layers = dict(encoder_layers=1, decoder_layers=1, num_heads=2, mask_dims=32)
    torch.manual_seed(seed)
    with DefaultScope.overwrite_default_scope('mevis'):
        model = MODELS.build(
            dict(
                type='DVIS',
                segmenter=dict(
                    backbone=BACKBONES[backbone],
                    backbone_channels=[8 * 2**i for i in range(4)]
                    if backbone == 'swin'
                    else [16 * 2**i for i in range(4)],
                    num_queries=3,
                    head=layers,
                ),
                tracker=dict(type='ReferringTracker', **part),
                refiner=dict(type='TemporalRefiner', **part),
                data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
                num_classes=num_classes,
                embed_dims=32,
            )
        )
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    return model


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    states = first.state_dict(), second.state_dict()
    return all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize('backbone', BACKBONES)
def test_files_survive_both_ways(tmp_path, backbone):
    source, target = small_dvis(backbone=backbone), small_dvis(backbone=backbone, seed=1)
    assert not same(source, target)
    ours, official = tmp_path / 'ours.pth', tmp_path / 'official.pth'
    torch.save({'state_dict': source.state_dict()}, ours)
    convert_file('dvis', ours, official, inverse=True)
    names = torch.load(official, weights_only=True)['model']
    assert 'sem_seg_head.predictor.query_feat.weight' in names
    assert 'refiner.conv_short_aggregate_layers.0.2.weight' in names

    converted = tmp_path / 'converted.safetensors'
    convert_file('dvis', official, converted)
    target.load_state_dict(load_file(converted), strict=False)
    assert same(source, target)


def test_a_release_loads_as_it_is(tmp_path):
    source, target = small_dvis(), small_dvis(seed=1)
    state = convert_to_official(source.state_dict()).state_dict
    state['criterion.empty_weight'] = torch.ones(5)
    path = tmp_path / 'release.pth'
    torch.save({'model': state, 'iteration': 3}, path)
    loaded = load_into(target, path)
    assert loaded.kind == 'dvis'
    assert loaded.meta['architecture']['model'] == 'DVIS offline'
    assert same(source, target)


def test_old_names_are_those_of_today():
    state = convert_to_official(small_dvis().state_dict()).state_dict
    old = {
        'module.'
        + key.replace('refiner.', 'offline_tracker.').replace('query_feat', 'static_query'): value
        for key, value in state.items()
    }
    assert any('static_query' in key for key in old)
    assert {current_name(key) for key in old} == set(state)
    assert set(convert_official(old).state_dict) == set(convert_official(state).state_dict)


def test_what_is_not_known_is_named():
    state = convert_to_official(small_dvis().state_dict()).state_dict
    state['tracker.new_head.weight'] = torch.ones(1)
    with pytest.raises(UserError, match=r'1 tensors are not known.*tracker\.new_head\.weight'):
        convert_official(state)


def test_loss_weights_are_left_out_with_a_reason():
    state = {'criterion.empty_weight': torch.ones(5)}
    conversion = convert_official(state)
    assert conversion.ignored == {
        'criterion.empty_weight': 'class weights of the official training loss'
    }


@pytest.mark.parametrize('form', ['release', 'converted', 'trained'])
def test_a_checkpoint_of_another_data_set_is_refused(tmp_path, form):
    path = tmp_path / 'ovis.pth'
    state = small_dvis(num_classes=25).state_dict()
    if form == 'release':
        state = {'model': convert_to_official(state).state_dict}
    if form == 'trained':
        architecture = {'model': 'DVIS', 'tracker': 'ReferringTracker'}
        state = {'state_dict': state, 'meta': {'architecture': architecture}}
    torch.save(state, path)
    with pytest.raises(UserError) as caught:
        load_into(small_dvis(num_classes=40), path)
    message = str(caught.value)
    assert 'ovis.pth: a checkpoint of model DVIS offline' in message
    assert 'trained for 25 classes (OVIS)' in message
    assert 'of another shape' in message


def test_weights_without_a_shape_say_nothing_of_the_architecture():
    names = ('segmenter.head.cls_embed.weight', 'segmenter.head.query_feat.weight')
    assert architecture_of({name: torch.ones(3, 2) for name in names})['num_queries'] == 3
    assert architecture_of({name: torch.tensor(1.0) for name in names}) == {}
    assert architecture_of({names[0]: torch.ones(3, 2)}) == {}

import argparse
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mevis.checkpoints import loading
from mevis.checkpoints.loading import load_into, load_weights, read_checkpoint
from mevis.checkpoints.matching import compare
from mevis.errors import UserError


def network(width: int = 3) -> nn.Module:
    torch.manual_seed(width)
    return nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width), nn.Linear(width, 1))


def same(first: nn.Module, second: nn.Module) -> bool:
    states = first.state_dict(), second.state_dict()
    return all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize('form', ['engine', 'bare', 'model', 'data-parallel', 'safetensors'])
def test_every_form_of_file_loads(tmp_path, form):
    source, target = network(), network()
    nn.init.constant_(source[0].weight, 7.0)
    state = source.state_dict()
    path = tmp_path / ('weights.safetensors' if form == 'safetensors' else 'weights.pth')
    if form == 'safetensors':
        save_file(state, path, metadata={'command': 'tools/train.py'})
    elif form == 'data-parallel':
        torch.save({'state_dict': {f'module.{key}': value for key, value in state.items()}}, path)
    else:
        key = {'engine': 'state_dict', 'model': 'model'}.get(form)
        torch.save({key: state} if key else state, path)
    loaded = load_into(target, path)
    assert same(source, target)
    assert loaded.kind == 'mevis'
    if form == 'safetensors':
        assert loaded.meta == {'command': 'tools/train.py'}


def test_another_architecture_is_refused_with_what_differs(tmp_path):
    path = tmp_path / 'wide.pth'
    meta = {'architecture': {'model': 'MUTR', 'backbone': 'mmdet.ResNet'}}
    torch.save({'state_dict': network(5).state_dict(), 'meta': meta}, path)
    model = network(3)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(UserError) as caught:
        load_into(model, path)
    message = str(caught.value)
    assert 'wide.pth' in message
    assert 'backbone mmdet.ResNet' in message
    assert '0.weight: (5, 2) in the file, (3, 2) here' in message
    assert 'Use the config it was trained with' in message
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_a_missing_and_an_unknown_tensor_are_refused(tmp_path):
    path = tmp_path / 'renamed.pth'
    state = network().state_dict()
    state['extra'] = state.pop('2.bias')
    torch.save(state, path)
    with pytest.raises(UserError, match=r'missing in the file \(2\.bias\).*unknown.*\(extra\)'):
        load_into(network(), path)


def test_a_start_for_training_may_lack_parts_but_not_most(tmp_path):
    path = tmp_path / 'start.pth'
    source, target = network(), network()
    nn.init.constant_(source[0].weight, 7.0)
    state = source.state_dict()
    state['2.weight'] = torch.zeros(65, 3)
    torch.save(state, path)
    kept = target[2].weight.clone()
    load_into(target, path, partial=True)
    assert torch.equal(target[0].weight, source[0].weight)
    assert torch.equal(target[2].weight, kept)
    torch.save({'0.weight': state['0.weight']}, path)
    with pytest.raises(UserError, match='does not fit'):
        load_into(target, path, partial=True)


def larger() -> nn.Module:
    """The network with parts that its file lacks."""
    model = network()
    model.extra = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model.head = nn.ModuleDict({'new': nn.Linear(2, 2), 'newer': nn.Linear(2, 2)})
    return model


def test_parts_that_the_file_lacks_stay_as_initialised_where_that_is_allowed(tmp_path, monkeypatch):
    path = tmp_path / 'smaller.pth'
    source, target = network(), larger()
    nn.init.constant_(source[0].weight, 7.0)
    torch.save(source.state_dict(), path)
    with pytest.raises(UserError, match=r'8 tensors missing in the file \(extra, head\).*--allow'):
        load_into(target, path)
    said = []
    monkeypatch.setattr(loading, 'print_log', lambda text, *_: said.append(text))
    kept = {key: value.clone() for key, value in target.state_dict().items()}
    load_into(target, path, allow_untrained=True)
    for key, value in target.state_dict().items():
        assert torch.equal(value, source.state_dict().get(key, kept[key])), key
    (text,) = said
    assert '50% of the tensors' in text
    assert 'missing in the file (extra, head). These parts stay as initialised.' in text


def test_what_is_missing_is_named_by_whole_parts():
    expected = larger().state_dict()
    found = {key: value for key, value in expected.items() if 'extra' not in key}
    assert compare(expected, found).missing_parts == ['extra']
    del found['head.newer.weight'], found['head.newer.bias'], found['0.bias']
    assert compare(expected, found).missing_parts == ['0.bias', 'extra', 'head.newer']
    assert compare(expected, expected).missing_parts == []


def test_untrained_parts_are_no_excuse_for_another_architecture(tmp_path):
    path = tmp_path / 'other.pth'
    state = network().state_dict()
    torch.save({**state, 'unknown.weight': torch.zeros(1)}, path)
    with pytest.raises(UserError, match=r'unknown to the model') as caught:
        load_into(larger(), path, allow_untrained=True)
    assert '--allow-untrained' not in str(caught.value)
    torch.save({**state, '2.weight': torch.zeros(65, 3)}, path)
    with pytest.raises(UserError, match='of another shape'):
        load_into(larger(), path, allow_untrained=True)
    torch.save({'0.weight': state['0.weight']}, path)
    with pytest.raises(UserError, match='does not fit'):
        load_into(larger(), path, allow_untrained=True)


def test_counters_and_position_ids_do_not_decide():
    state = network().state_dict()
    trimmed = {key: value for key, value in state.items() if 'num_batches' not in key}
    trimmed['text_encoder.embeddings.position_ids'] = torch.arange(4)
    assert not compare(state, trimmed)


def test_config_text_that_the_engine_would_run_is_dropped(tmp_path):
    path = tmp_path / 'evil.pth'
    meta = {'config': "import os; os.system('true')", 'iter': 1, 'cfg': 'shown, never run'}
    torch.save({'state_dict': network().state_dict(), 'meta': meta}, path)
    assert read_checkpoint(path)['meta'] == {'iter': 1, 'cfg': 'shown, never run'}


def test_a_file_without_weights_is_named(tmp_path):
    path = tmp_path / 'numbers.pth'
    torch.save({'epoch': 3}, path)
    with pytest.raises(UserError, match=r'numbers\.pth: no weights in it \(keys: epoch\)'):
        load_weights(path)
    torch.save({0: torch.zeros(1)}, path)
    with pytest.raises(UserError, match=r'no weights in it \(keys: 0\)'):
        load_weights(path)
    torch.save([1, 2], path)
    with pytest.raises(UserError, match='holds a list instead of weights'):
        load_weights(path)


def small_mutr(num_queries: int = 5, initializer: str = 'Random') -> nn.Module:
    from mmengine.config import Config
    from mmengine.registry import DefaultScope

    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    root = Path(__file__).resolve().parents[2]
    model = Config.fromfile(str(root / 'configs/_base_/models/mutr.py')).model
    model.backbone.update(depth=18, base_channels=8)
    model.update(
        backbone_channels=[8, 16, 32, 64],
        embed_dims=32,
        num_heads=2,
        feedforward_dims=64,
        num_queries=num_queries,
        query_initializer=dict(type=f'{initializer}QueryInitializer'),
    )
    sizes = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, vocab_size=50)
    model.text_encoder.config = dict(model_type='roberta', intermediate_size=32, **sizes)
    with DefaultScope.overwrite_default_scope('mevis'):
        return MODELS.build(model)


def test_an_official_release_is_converted_on_the_fly(tmp_path):
    from mevis.checkpoints.mutr import convert_to_official

    source, target = small_mutr(), small_mutr()
    official = convert_to_official(source.state_dict()).state_dict
    official['text_encoder.embeddings.position_ids'] = torch.arange(4)[None]
    release = {
        'model': {f'module.{key}': value for key, value in official.items()},
        'optimizer': {'state': {}},
        'epoch': 3,
        'args': argparse.Namespace(backbone='resnet18', num_queries=5, binary=True, device='cuda'),
    }
    path = tmp_path / 'release.pth'
    torch.save(release, path)
    loaded = load_into(target, path)
    assert loaded.kind == 'mutr'
    assert loaded.meta['architecture']['backbone'] == 'resnet18'
    assert same(source, target)

    with pytest.raises(
        UserError, match=r'official MUTR, backbone resnet18, num_queries 5'
    ) as caught:
        load_into(small_mutr(num_queries=3), path)
    assert '(5, 32) in the file, (3, 32) here' in str(caught.value)


@pytest.mark.parametrize('initializer', ['DVISInstance', 'MaskPooledInstance', 'Trajectory'])
@pytest.mark.parametrize('way', ['partial', 'allow_untrained'])
@pytest.mark.parametrize('official', [False, True])
def test_weights_with_the_random_query_start_any_other(
    tmp_path, monkeypatch, initializer, way, official
):
    from mevis.checkpoints.mutr import convert_to_official

    source, target = small_mutr(), small_mutr(initializer=initializer)
    state, path = source.state_dict(), tmp_path / 'random.pth'
    torch.save(convert_to_official(state).state_dict if official else state, path)
    said = []
    monkeypatch.setattr(loading, 'print_log', lambda text, *_: said.append(text))
    fresh = {key: value.clone() for key, value in target.state_dict().items() if key not in state}
    load_into(target, path, **{way: True})
    after = target.state_dict()
    assert all(torch.equal(after[key], value) for key, value in state.items())
    assert all(torch.equal(after[key], value) for key, value in fresh.items())
    parts = [f'query_initializer.{name}' for name, _ in target.query_initializer.named_children()]
    parts.remove('query_initializer.embedding')
    assert f'missing in the file ({", ".join(parts)})' in said[-1]
    with pytest.raises(UserError, match=r'tensors missing in the file \(query_initializer\.'):
        load_into(target, path)


def test_weights_that_are_not_finite_are_refused_by_name(tmp_path):
    for value in (float('nan'), float('inf')):
        state = network().state_dict()
        state['2.weight'][0, 1] = value
        torch.save({'state_dict': state}, tmp_path / 'diverged.pth')
        with pytest.raises(UserError, match=r'diverged\.pth: not finite .*2\.weight'):
            load_into(network(), tmp_path / 'diverged.pth')


def test_a_constant_may_be_infinite_but_not_nan(tmp_path):
    model = network()
    model.register_buffer('mask', torch.zeros(2))
    state = {**model.state_dict(), 'mask': torch.tensor([0.0, -float('inf')])}
    torch.save(state, tmp_path / 'a.pth')
    load_into(model, tmp_path / 'a.pth')
    assert model.mask[1] == -float('inf')
    torch.save({**state, 'mask': torch.tensor([0.0, float('nan')])}, tmp_path / 'a.pth')
    with pytest.raises(UserError, match='not finite .*mask'):
        load_into(model, tmp_path / 'a.pth')


def test_whole_numbers_are_no_weights(tmp_path):
    state = network().state_dict()
    state['0.weight'] = state['0.weight'].int()
    torch.save(state, tmp_path / 'a.pth')
    with pytest.raises(
        UserError, match=r'0\.weight: torch\.int32 in the file, torch\.float32 here'
    ):
        load_into(network(), tmp_path / 'a.pth')


def test_an_error_of_conversion_names_the_file(tmp_path):
    state = {
        'mti.query_feat.weight': torch.ones(1),
        'query_embed.weight': torch.ones(1),
        'unheard_of': torch.ones(1),
    }
    torch.save({'model': state}, tmp_path / 'release.pth')
    with pytest.raises(UserError, match=r'release\.pth: 1 tensors are not known .*unheard_of'):
        load_weights(tmp_path / 'release.pth')

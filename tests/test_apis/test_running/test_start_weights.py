import pytest
from mmengine.config import Config
from torch import nn

from mevis.apis.configs.loading import load_config
from mevis.apis.running.start_weights import check_frozen_stages, check_load_from
from mevis.errors import UserError
from mevis.registry import MODELS

STAGE = dict(type='mmdet.ResNet', depth=18, base_channels=4, style='pytorch')
PRETRAINED = dict(type='Pretrained', checkpoint='weights.pth')


def model(**options) -> nn.Module:
    return nn.ModuleDict({'backbone': MODELS.build({**STAGE, **options})})


def test_frozen_random_stages_are_refused_with_the_fix():
    expected = r'^model\.backbone\.frozen_stages=1: .*load_from=FILE.*frozen_stages=-1'
    with pytest.raises(UserError, match=expected):
        check_frozen_stages(model(frozen_stages=1))


@pytest.mark.parametrize(
    'options',
    [
        dict(frozen_stages=-1),
        dict(frozen_stages=1, init_cfg=PRETRAINED),
        dict(frozen_stages=1, init_cfg=[PRETRAINED]),
    ],
)
def test_what_is_trained_or_loaded_is_taken(options):
    check_frozen_stages(model(**options))


def test_a_whole_model_that_is_loaded_is_taken():
    whole = model(frozen_stages=1)
    whole.init_cfg = PRETRAINED
    check_frozen_stages(whole)


def test_a_start_that_is_missing_is_named(tmp_path):
    weights = tmp_path / 'weights.pth'
    with pytest.raises(
        UserError, match=r'^load_from=.*weights\.pth: no such file; check the path\. docs'
    ):
        check_load_from(Config(dict(load_from=str(weights))))
    weights.touch()
    check_load_from(Config(dict(load_from=str(weights))))
    check_load_from(Config(dict(load_from=None)))
    check_load_from(Config(dict(load_from='mevis::weights/mutr_tiny_moving_shapes.safetensors')))


@pytest.mark.parametrize('name', ['r50', 'swinl', 'videoswinb'])
@pytest.mark.parametrize('sampler', ['local', 'global'])
def test_configs_of_the_paper_say_where_they_start(name, sampler, repo_root):
    cfg = load_config(repo_root / f'configs/mutr_{name}_{sampler}.py')
    assert cfg.load_from == f'data/weights/mutr_{name}.pth'


def test_missing_weights_are_named_with_the_missing_data(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cfg = load_config('mevis::mutr_swinl_global_inst.py')
    with pytest.raises(UserError, match=r'^load_from=.*Also missing: data/mevis/train'):
        check_load_from(cfg)

"""Every config loads, survives a round trip through text and builds its model at full size."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.overrides import TorchFunctionMode

from mevis.apis.config_errors import check_engine_names

ROOT = Path(__file__).resolve().parents[1]
BASES = sorted((ROOT / 'configs/_base_').rglob('*.py'))
LEAVES = sorted(set((ROOT / 'configs').rglob('*.py')) - set(BASES))
HEADER = ('Command:', 'Hardware:', 'J&F')


def name(path: Path) -> str:
    return path.relative_to(ROOT / 'configs').as_posix()


every_leaf = pytest.mark.parametrize('path', LEAVES, ids=name)


class _NumbersOnCpu(TorchFunctionMode):
    """Lets constructors compute schedules (``linspace(...).item()``) while weights are meta."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func in (torch.linspace, torch.arange):
            kwargs.setdefault('device', 'cpu')
        return func(*args, **kwargs)


def test_there_are_configs():
    assert len(LEAVES) >= 8
    assert len(BASES) >= 5
    families = {'r50', 'swint', 'swinl', 'videoswinb'}
    assert families <= {part for path in LEAVES for part in path.stem.split('_')}


@pytest.mark.parametrize('path', [*BASES, *LEAVES], ids=name)
def test_it_loads_and_its_text_is_the_same_config(path):
    cfg = Config.fromfile(str(path))
    assert len(cfg) > 0
    again = Config.fromstring(cfg.pretty_text, '.py')
    assert again.to_dict() == cfg.to_dict()


@every_leaf
def test_it_names_what_exists_in_the_engine(path):
    cfg = Config.fromfile(str(path))
    assert cfg.default_scope == 'mevis'
    assert {'model', 'train_dataloader', 'optim_wrapper', 'train_cfg'} <= set(cfg)
    check_engine_names(cfg)


@every_leaf
def test_its_head_says_what_it_is(path):
    head = path.read_text().split('_base_')[0]
    assert head.startswith('# ')
    missing = [word for word in HEADER if word not in head]
    assert not missing, missing


def build_without_weights(cfg: Config) -> torch.nn.Module:
    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    scope = DefaultScope.overwrite_default_scope('mevis')
    with scope, torch.device('meta'), _NumbersOnCpu():
        return MODELS.build(cfg.model)


@every_leaf
def test_its_model_builds_at_full_size(path):
    model = build_without_weights(Config.fromfile(str(path)))
    assert sum(parameter.numel() for parameter in model.parameters()) > 10_000


@every_leaf
def test_rates_match_parameters(path):
    """A rate whose key matches no parameter would be ignored in silence."""
    cfg = Config.fromfile(str(path))
    keys = cfg.optim_wrapper.get('paramwise_cfg', {}).get('custom_keys', {})
    names = [name for name, _ in build_without_weights(cfg).named_parameters()]
    assert [key for key in keys if not any(key in name for name in names)] == []

import pytest
from mmengine.config import Config
from mmengine.registry import HOOKS as ENGINE_HOOKS

from mevis.apis.configs.errors import check_engine_names, config_errors
from mevis.errors import UserError
from mevis.registry import FRAME_SAMPLERS, TEXT_ENCODERS


@TEXT_ENCODERS.register_module()
class NestedInConfigErrors:
    def __init__(self, sampler: dict, width: int) -> None:
        self.sampler = FRAME_SAMPLERS.build(sampler)
        self.width = width


def message(cfg: dict, build) -> str:
    with pytest.raises(UserError) as caught, config_errors(Config(cfg)):
        build()
    return str(caught.value)


def test_an_unknown_name_of_ours_deep_inside():
    encoder = dict(type='NestedInConfigErrors', sampler=dict(type='LocalFramSampler'), width=1)
    text = message(dict(model=dict(text=encoder)), lambda: TEXT_ENCODERS.build(encoder))
    assert text.startswith('model.text.sampler.type: ')
    assert "Did you mean 'LocalFrameSampler'" in text


def test_an_unknown_name_of_the_engine():
    hook = dict(type='LogerHook')
    cfg = dict(default_hooks=dict(logger=hook))
    text = message(cfg, lambda: ENGINE_HOOKS.build(hook))
    assert text.startswith('default_hooks.logger.type: ')
    assert 'Did you mean LoggerHook' in text


def test_an_unknown_argument():
    encoder = dict(type='NestedInConfigErrors', sampler={}, widht=1)
    text = message(dict(model=encoder), lambda: TEXT_ENCODERS.build(encoder))
    assert text.startswith("model.type: NestedInConfigErrors takes no 'widht'.")
    assert 'Did you mean width?' in text


def test_a_missing_argument():
    encoder = dict(type='NestedInConfigErrors', sampler={})
    text = message(dict(model=encoder), lambda: TEXT_ENCODERS.build(encoder))
    assert "NestedInConfigErrors needs 'width'" in text


def test_a_defect_is_not_hidden():
    with pytest.raises(KeyError), config_errors(Config({})):
        {}['absent']


@pytest.mark.parametrize(
    ('cfg', 'expected'),
    [
        (dict(optim_wrapper=dict(type='OptimWraper')), 'OptimWrapper'),
        (dict(optim_wrapper=dict(optimizer=dict(type='AdmW'))), 'AdamW'),
        (dict(param_scheduler=[dict(type='MultiStep')]), 'MultiStepLR'),
    ],
)
def test_names_of_the_engine_are_looked_up_beforehand(cfg, expected):
    with pytest.raises(UserError, match=expected):
        check_engine_names(Config(cfg))

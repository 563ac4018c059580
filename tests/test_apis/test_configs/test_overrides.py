import pytest
from mmengine.config import Config

from mevis.apis.configs.overrides import apply_overrides, nearest
from mevis.errors import UserError
from mevis.registry import FRAME_SAMPLERS, QUERY_INITIALIZERS


@FRAME_SAMPLERS.register_module()
class OverriddenSampler:
    def __init__(self, num_frames: int, spread: int = 1) -> None:
        self.num_frames, self.spread = num_frames, spread


@QUERY_INITIALIZERS.register_module()
class OverriddenInitializer:
    def __init__(self, num_instances: int = 3) -> None:
        self.num_instances = num_instances


def config() -> Config:
    return Config(
        dict(
            model=dict(type='Unregistered', query_initializer=dict(type='OverriddenInitializer')),
            optim_wrapper=dict(
                type='OptimWrapper',
                optimizer=dict(type='AdamW', lr=1e-4),
                paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
            ),
            train_dataloader=dict(
                batch_size=1,
                dataset=dict(frame_sampler=dict(type='OverriddenSampler', num_frames=5)),
            ),
            default_hooks=dict(logger=dict(type='LoggerHook', interval=50)),
            pipeline=[dict(type='A', size=1), dict(type='B')],
        )
    )


@pytest.mark.parametrize(
    ('options', 'place', 'value'),
    [
        ({'optim_wrapper.optimizer.lr': 1}, 'optim_wrapper.optimizer.lr', 1),
        ({'pipeline.0.size': 4}, 'pipeline.0.size', 4),
        # Not in the config, but arguments of what will be built.
        ({'optim_wrapper.optimizer.eps': 1}, 'optim_wrapper.optimizer.eps', 1),
        ({'optim_wrapper.accumulative_counts': 2}, 'optim_wrapper.accumulative_counts', 2),
        (
            {'model.query_initializer.num_instances': 5},
            'model.query_initializer.num_instances',
            5,
        ),
        ({'train_dataloader.pin_memory': True}, 'train_dataloader.pin_memory', True),
        ({'load_from': 'a.pth'}, 'load_from', 'a.pth'),
        ({'randomness.seed': 3}, 'randomness.seed', 3),
        # Free entries.
        ({'default_hooks.ema.type': 'EMAHook'}, 'default_hooks.ema.type', 'EMAHook'),
        (
            {'default_hooks.ema.type': 'EMAHook', 'default_hooks.ema.begin_iter': 9},
            'default_hooks.ema.begin_iter',
            9,
        ),
        (
            {'optim_wrapper.paramwise_cfg.custom_keys.head.lr_mult': 2},
            'optim_wrapper.paramwise_cfg.custom_keys.head.lr_mult',
            2,
        ),
    ],
)
def test_what_something_reads_is_set(options, place, value):
    node = apply_overrides(config(), options)._cfg_dict
    for part in place.split('.'):
        node = node[int(part)] if part.isdigit() else node[part]
    assert node == value


@pytest.mark.parametrize(
    ('key', 'expected'),
    [
        ('optim_wraper.lr', 'Did you mean optim_wrapper'),
        ('optim_wrapper.optimiser.lr', 'Did you mean optimizer'),
        ('optim_wrapper.optimizer.weight_deacy', 'Did you mean weight_decay'),
        ('model.querry_initializer.type', 'Did you mean query_initializer'),
        ('model.query_initializer.num_instance', 'OverriddenInitializer) has no num_instance'),
        ('train_dataloader.batchsize', 'Did you mean batch_size'),
        ('train_dataloader.dataset.frame_sampler.num_frame', 'Did you mean num_frames'),
        ('default_hooks.loger.interval', 'Did you mean logger'),
        ('default_hooks.ema.begin_iter', 'default_hooks.ema.type'),
        ('pipeline.2.size', 'a number from 0 to 1'),
        ('optim_wrapper.optimizer.lr.value', 'optim_wrapper.optimizer.lr is 0.0001, not a section'),
        ('randomness.sed', 'Did you mean seed'),
    ],
)
def test_a_key_that_nothing_reads_is_refused(key, expected):
    with pytest.raises(UserError) as caught:
        apply_overrides(config(), {key: 1})
    assert str(caught.value).startswith(f'--cfg-options {key}: ')
    assert expected in str(caught.value)


def test_another_type_must_take_what_is_left():
    cfg = config()
    cfg.train_dataloader.dataset.frame_sampler.spread = 3
    options = {'train_dataloader.dataset.frame_sampler.type': 'AllFramesSampler'}
    with pytest.raises(UserError, match=r'takes no num_frames, spread.*_delete_=True'):
        apply_overrides(cfg, options)
    place = 'train_dataloader.dataset.frame_sampler'
    options = {f'{place}.type': 'AllFramesSampler', f'{place}._delete_': True}
    sampler = apply_overrides(config(), options).train_dataloader.dataset.frame_sampler
    assert sampler == {'type': 'AllFramesSampler'}


def test_arguments_are_those_of_the_new_type():
    place = 'model.query_initializer'
    options = {f'{place}.type': 'OverriddenInitializer', f'{place}.num_instances': 2}
    cfg = config()
    cfg.model.query_initializer = dict(type='Another')
    assert apply_overrides(cfg, options).model.query_initializer.num_instances == 2


def test_without_a_near_name_all_are_listed():
    assert nearest('zzz', ['alpha', 'beta']) == 'Known here: alpha, beta.'


@pytest.mark.parametrize(
    ('key', 'option'), [('launcher', '--launcher'), ('work_dir', '--work-dir')]
)
def test_what_a_command_is_told_by_an_option_of_its_own(key, option):
    with pytest.raises(UserError, match=f'--cfg-options {key}: use the option {option} instead'):
        apply_overrides(config(), {key: 'pytorch'})


def test_the_number_behind_the_last_entry_appends():
    options = {'pipeline.2.type': 'C', 'pipeline.2.size': 3, 'pipeline.3.type': 'D'}
    cfg = apply_overrides(config(), options)
    assert cfg.pipeline[2:] == [dict(type='C', size=3), dict(type='D')]
    assert cfg.pipeline[:2] == config().pipeline


def test_a_plain_entry_of_a_list_or_tuple_is_set_and_appended():
    cfg = config()
    cfg.optim_wrapper.optimizer.betas = (0.9, 0.999)
    cfg.numbers = [1]
    cfg = apply_overrides(cfg, {'optim_wrapper.optimizer.betas.1': 0.5, 'numbers.1': 2})
    assert list(cfg.optim_wrapper.optimizer.betas) == [0.9, 0.5]
    assert cfg.numbers == [1, 2]


@pytest.mark.parametrize('key', ['pipeline.3.type', 'pipeline.2.size', 'pipeline.-1', 'pipeline.x'])
def test_nothing_is_appended_behind_a_gap_or_without_a_type(key):
    with pytest.raises(UserError, match='list of 2 entries.*or 2 to append'):
        apply_overrides(config(), {key: 'C'})


def test_a_section_is_checked_and_merged_as_its_entries_are():
    cfg = apply_overrides(config(), {'optim_wrapper.optimizer': {'lr': 1, 'eps': 2}})
    assert cfg.optim_wrapper.optimizer == dict(type='AdamW', lr=1, eps=2)
    with pytest.raises(UserError, match='Did you mean weight_decay'):
        apply_overrides(config(), {'optim_wrapper.optimizer': {'weight_deacy': 1}})
    place = 'train_dataloader.dataset.frame_sampler'
    with pytest.raises(UserError, match='takes no num_frames'):
        apply_overrides(config(), {place: {'type': 'AllFramesSampler'}})
    replaced = {place: {'type': 'AllFramesSampler', '_delete_': True}}
    sampler = apply_overrides(config(), replaced).train_dataloader.dataset.frame_sampler
    assert sampler == dict(type='AllFramesSampler')


def test_a_section_takes_the_place_of_none():
    cfg = config()
    cfg.model.refiner = None
    assert apply_overrides(cfg, {'model.refiner': {'type': 'A'}}).model.refiner == dict(type='A')

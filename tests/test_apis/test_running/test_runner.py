import contextlib

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import FUNCTIONS
from mmengine.runner import CheckpointLoader
from torch import nn

from mevis.apis.configs.errors import config_errors
from mevis.apis.running.runner import build_runner, install_safe_loader
from mevis.errors import UserError
from mevis.registry import DATASETS, MODELS

RESUMPTION = 'mevis.apis.running.resumption'


@MODELS.register_module()
class RunnerToyModel(BaseModel):
    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.layer = nn.Linear(1, width)

    def forward(self, inputs, mode='tensor'):
        return {'loss': self.layer(torch.stack(inputs)).pow(2).mean()}


@DATASETS.register_module()
class RunnerToyDataset:
    metainfo = {'name': 'toy'}

    def __len__(self):
        return 4

    def __getitem__(self, item):
        return {'inputs': torch.full((1,), float(item[0]))}


@pytest.fixture
def make(tmp_path):
    loaders = dict(CheckpointLoader._schemes)

    def build(
        width=2, max_iters=4, work_dir='work', optimizer='SGD', loader=None, hooks=None, **options
    ):
        model = dict(type='RunnerToyModel', width=width)
        cfg = Config(
            dict(
                default_scope='mevis',
                work_dir=str(tmp_path / work_dir),
                model=model,
                train_dataloader=dict(
                    batch_size=1,
                    dataset=dict(type='RunnerToyDataset'),
                    **{'sampler': dict(type='ResumableInfiniteSampler'), **(loader or {})},
                ),
                train_cfg=dict(type='IterBasedTrainLoop', max_iters=max_iters),
                optim_wrapper=dict(optimizer=dict(type=optimizer, lr=0.1)),
                param_scheduler=[],
                randomness=dict(seed=0),
                log_level='WARNING',
                default_hooks={
                    'checkpoint': dict(type='ResumableCheckpointHook', interval=2),
                    'plain': dict(type='PlainCheckpointHook'),
                    **(hooks or {}),
                },
                **options,
            )
        )
        with config_errors(cfg):
            runner = build_runner(cfg)
            runner.prepare_training()
        return runner

    yield build
    CheckpointLoader._schemes = loaders


def test_any_hook_can_be_left_out(make):
    """The engine itself takes None for its own hooks alone."""
    kept = {type(hook).__name__ for hook in make().hooks}
    runner = make(hooks=dict(timer=None, plain=None))
    left_out = kept - {type(hook).__name__ for hook in runner.hooks}
    assert left_out == {'IterTimerHook', 'PlainCheckpointHook'}


def test_a_checkpoint_holds_no_code_and_no_half_is_left(make, tmp_path):
    make().train()
    path = tmp_path / 'work/iter_4.pth'
    loaded = torch.load(path, weights_only=True)
    assert loaded['meta']['architecture'] == {'model': 'RunnerToyModel'}
    assert not list((tmp_path / 'work').glob('*.partial'))


def test_a_failed_save_leaves_the_former_checkpoint(make, tmp_path, monkeypatch):
    make().train()
    path = tmp_path / 'work/iter_4.pth'
    before = path.read_bytes()
    runner = make(work_dir='other')
    runner.train()

    def full(*args, **kwargs):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('mmengine.runner.runner.save_checkpoint', full)
    with pytest.raises(OSError, match=r'No space .*iter_4\.pth'):
        runner.save_checkpoint(str(path.parent), path.name, by_epoch=False)
    assert path.read_bytes() == before
    assert not list(path.parent.glob('*.partial'))


def test_config_text_in_a_checkpoint_is_not_executed_on_resume(make, tmp_path):
    make(max_iters=2).train()
    path = tmp_path / 'work/iter_2.pth'
    proof = tmp_path / 'proof'
    checkpoint = torch.load(path, weights_only=True)
    checkpoint['meta']['config'] = f"import os\nos.system('touch {proof}')\n"
    torch.save(checkpoint, path)
    make(resume=True, load_from=str(path)).train()
    assert not proof.exists()
    assert (tmp_path / 'work/iter_4.pth').exists()


def test_the_engine_would_execute_it(make, tmp_path):
    from mmengine.runner import Runner

    make(max_iters=2).train()
    proof = tmp_path / 'proof'
    checkpoint = torch.load(tmp_path / 'work/iter_2.pth', weights_only=True)
    checkpoint['meta']['config'] = f"import os\nos.system('touch {proof}')\n"
    runner = make(resume=True)
    runner.load_checkpoint = lambda *args, **kwargs: checkpoint
    with contextlib.suppress(Exception):  # what follows does not matter
        Runner.resume(runner, 'x')
    assert proof.exists()


def test_weights_alone_cannot_be_resumed(make, tmp_path):
    path = tmp_path / 'weights.pth'
    torch.save({'state_dict': make().model.state_dict()}, path)
    with pytest.raises(UserError, match=r'weights\.pth: no state of a training.*load_from='):
        make(resume=True, load_from=str(path)).train()


def test_another_architecture_is_refused(make, tmp_path):
    make(max_iters=2).train()
    path = str(tmp_path / 'work/iter_2.pth')
    with pytest.raises(UserError, match=r'of model RunnerToyModel does not fit'):
        make(width=3, work_dir='b', load_from=path, resume=True).train()


def test_pretrained_parts_go_through_the_safe_loader(make, tmp_path):
    make()
    with pytest.raises(UserError, match='not downloaded'):
        CheckpointLoader.load_checkpoint('torchvision://resnet50')
    path = tmp_path / 'part.pth'
    torch.save({'state_dict': {'a': torch.ones(1)}}, path)
    assert CheckpointLoader.load_checkpoint(str(path))['state_dict'].keys() == {'a'}


def test_the_state_of_another_optimizer_is_refused(make, tmp_path):
    make(max_iters=2).train()
    path = str(tmp_path / 'work/iter_2.pth')
    for optimizer in ('AdamW', 'Adadelta'):
        with pytest.raises(UserError, match=r'iter_2\.pth: the optimizer of this training was an'):
            make(work_dir='b', load_from=path, resume=True, optimizer=optimizer).train()


@pytest.mark.parametrize('entry', ['optimizer', 'message_hub', 'meta'])
def test_a_state_that_fits_nothing_is_one_line(make, tmp_path, entry):
    make(max_iters=2).train()
    path = tmp_path / 'work/iter_2.pth'
    checkpoint = torch.load(path)
    checkpoint[entry] = {'nothing': 1}
    torch.save(checkpoint, path)
    with pytest.raises(UserError, match=r'iter_2\.pth: .*load_from='):
        make(work_dir='b', load_from=str(path), resume=True).train()


def test_the_loader_is_one_function(make):
    install_safe_loader()
    assert list(CheckpointLoader._schemes) == ['']


# What is logged is recorded where it is said: loggers of one second share their file.
def test_a_finished_training_says_so(make, tmp_path, monkeypatch):
    make(max_iters=2).train()
    path = str(tmp_path / 'work/iter_2.pth')
    said = []
    monkeypatch.setattr(f'{RESUMPTION}.print_log', lambda text, *args, **kwargs: said.append(text))
    make(max_iters=4, work_dir='longer', resume=True, load_from=path).train()
    assert said == []
    make(max_iters=2, work_dir='again', resume=True, load_from=path).train()
    assert len(said) == 1
    assert 'this training is finished (2 of 2)' in said[0]
    assert 'train_cfg.max_iters' in said[0]


def test_the_config_is_logged_once_and_when_the_training_begins(make, monkeypatch):
    said = []
    monkeypatch.setattr('mmengine.runner.Runner._log_env', lambda self, env: said.append(env))
    runner = make(max_iters=2)
    runner.prepare_training()
    assert said == []
    runner.train()
    assert len(said) == 1


@pytest.mark.parametrize('wanted', ['MyRunner', 'FlexibleRunner', 5])
def test_another_runner_is_refused_rather_than_ignored(make, wanted):
    with pytest.raises(UserError, match=f'runner_type={wanted}: .*custom_hooks'):
        make(runner_type=wanted)


def test_the_engines_own_name_of_a_runner_is_taken(make):
    make(runner_type='Runner')


@FUNCTIONS.register_module()
def runner_toy_collate(samples, times):
    return {'inputs': [sample['inputs'] * times for sample in samples]}


def test_a_collate_fn_of_a_user_makes_the_batches(make):
    loader = dict(sampler=dict(type='DefaultSampler', shuffle=False))
    collate = dict(type='runner_toy_collate', times=7)
    values = [
        make(loader=loader | more, work_dir=name)
        .train_dataloader.collate_fn([{'inputs': torch.ones(1)}])['inputs'][0]
        .item()
        for name, more in (('plain', {}), ('own', dict(collate_fn=collate)))
    ]
    assert values == [1, 7]


@pytest.mark.parametrize('key', ['collate_fn', 'worker_init_fn'])
@pytest.mark.parametrize('value', [dict(type='nobody'), {}, 5, 'text'])
def test_a_function_of_the_loader_that_does_not_exist_is_refused(make, key, value):
    with pytest.raises(UserError, match=f'train_dataloader.{key}=.* custom_imports'):
        make(loader={key: value})


@pytest.mark.parametrize('key', ['sampler', 'batch_sampler'])
@pytest.mark.parametrize('value', [5, 'text', [1]])
def test_a_sampler_that_is_no_section_is_refused(make, key, value):
    with pytest.raises(UserError, match=f'train_dataloader.{key}='):
        make(loader={key: value})


def test_trainings_of_one_second_have_a_history_each(make, monkeypatch):
    monkeypatch.setattr('mmengine.runner.runner.time.strftime', lambda *args: '20260101_000000')
    first, second = make(work_dir='first'), make(work_dir='second')
    for runner in (first, second):
        runner.train()
    for runner in (first, second):
        history = runner.message_hub.log_scalars['train/loss'].data[0]
        assert len(history) == 4

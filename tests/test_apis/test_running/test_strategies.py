import importlib.util
import os
import socket
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader

from mevis.apis.configs.overrides import apply_overrides
from mevis.apis.running.runner import VideoRunner
from mevis.apis.running.strategies import (
    build_trainer,
    check_strategy,
    sharded_config,
    strategy_name,
)
from mevis.errors import UserError


@pytest.fixture(scope='module')
def toy(repo_root):
    path = repo_root / 'tests/data/sharding/toy_training.py'
    spec = importlib.util.spec_from_file_location('toy_training', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def trained(toy, repo_root, tmp_path_factory):
    """Trainings of one process and of two that share a model, stopped and resumed."""
    folder = tmp_path_factory.mktemp('sharding')
    loaders = dict(CheckpointLoader._schemes)
    one = {'train_dataloader.batch_size': 2}  # what two ranks see together
    toy.train(folder / 'alone', **one)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    group = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port), WORLD_SIZE='2')
    script = [sys.executable, str(repo_root / 'tests/data/sharding/toy_training.py'), str(folder)]
    path = os.pathsep.join(filter(None, (str(repo_root), os.environ.get('PYTHONPATH'))))
    ranks = [
        subprocess.Popen(
            script,
            env={**os.environ, **group, 'RANK': rank, 'LOCAL_RANK': rank, 'PYTHONPATH': path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in '01'
    ]
    try:
        said = [rank.communicate(timeout=1500)[0] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()
    assert [rank.returncode for rank in ranks] == [0, 0], said[0][-2000:] + said[1][-2000:]
    start = str(folder / 'sharded/iter_2.pth')
    toy.train(folder / 'alone_from_sharded', load_from=start, resume=True, **one)
    CheckpointLoader._schemes = loaders

    def load(name):
        return torch.load(folder / name / 'iter_4.pth', weights_only=True)

    return load


def learned(checkpoint):
    return {name: w for name, w in checkpoint['state_dict'].items() if 'unused' not in name}


def scalars(checkpoint, name):
    return checkpoint['message_hub']['log_scalars'][name]['mevis_history']


@pytest.mark.slow
def test_two_ranks_that_share_a_model_train_like_one_process(trained):
    alone, shared = trained('alone'), trained('sharded')
    torch.testing.assert_close(learned(shared), learned(alone), rtol=0, atol=1e-6)
    # The norm is that of all gradients, and clips them; rates fall; three videos are two and one.
    for name in ('train/grad_norm', 'train/lr', 'train/base_lr', 'val/toy/sum'):
        torch.testing.assert_close(scalars(shared, name), scalars(alone, name), rtol=1e-6, atol=0)
    assert (scalars(alone, 'train/grad_norm') > 0.5).all()


@pytest.mark.slow
def test_the_saved_state_of_the_optimizer_is_whole(trained):
    alone, shared = trained('alone')['optimizer'], trained('sharded')['optimizer']
    names = [group['params'][0] for group in shared['param_groups']]
    for number, state in alone['state'].items():
        torch.testing.assert_close(shared['state'][names[number]], state, rtol=0, atol=1e-6)
    assert alone['state']


@pytest.mark.slow
@pytest.mark.parametrize('name', ['from_sharded', 'from_alone', 'alone_from_sharded'])
def test_a_resumed_training_goes_on_as_if_never_stopped(trained, name):
    torch.testing.assert_close(
        learned(trained(name)), learned(trained('sharded')), rtol=0, atol=1e-6
    )


def test_a_config_without_a_strategy_or_with_a_plain_one_gets_the_usual_runner(toy, tmp_path):
    loaders = dict(CheckpointLoader._schemes)
    assert strategy_name(Config({})) == 'DDPStrategy'
    cfg = toy.config(tmp_path, strategy=dict(type='SingleDeviceStrategy'))
    assert type(build_trainer(cfg)) is VideoRunner
    CheckpointLoader._schemes = loaders


def test_the_command_line_may_name_a_strategy(toy, tmp_path):
    cfg = apply_overrides(toy.config(tmp_path), {'strategy.type': 'FSDPStrategy'})
    assert strategy_name(cfg) == 'FSDPStrategy'


def test_parts_are_exchanged_for_those_that_work_on_a_share(toy, tmp_path):
    wrapper = {'optim_wrapper.type': 'AutocastOptimWrapper'}
    given = toy.config(tmp_path, strategy=dict(type='FSDPStrategy'), **wrapper)
    made = sharded_config(given)
    assert made.strategy.type == 'ShardedStrategy'
    assert made.optim_wrapper.type == 'ShardedAutocastOptimWrapper'
    assert made.custom_hooks == [dict(type='WholeModelHook')]
    assert given.strategy.type == 'FSDPStrategy'


@pytest.mark.parametrize(
    ('overrides', 'message'),
    [
        ({'launcher': 'none'}, r'several processes: start them with tools/dist_train\.sh'),
        ({'strategy.type': 'DeepSpeedStrategy'}, r'DeepSpeedStrategy: .*FSDPStrategy'),
        ({'strategy.type': 'ColossalAIStrategy'}, r'ColossalAIStrategy: cannot train here'),
        ({'strategy.state_dict_cfg': 'local'}, r'state_dict_cfg=local: checkpoints hold the whole'),
        ({'strategy.model_wrapper': {'auto_wrap_policy': 'x'}}, 'auto_wrap_policy: a model is one'),
        ({'optim_wrapper.accumulative_counts': 2}, r'accumulative_counts=2: not with FSDPStrategy'),
        ({'optim_wrapper.type': 'AmpOptimWrapper'}, r'type=AmpOptimWrapper: not with FSDPStrategy'),
        ({'default_hooks.ema': {'type': 'EMAHook'}}, 'hook ema: a moving average'),
        ({'custom_hooks': [{'type': 'EMAHook'}]}, 'hook 0: a moving average'),
    ],
)
def test_what_does_not_work_is_refused(toy, tmp_path, overrides, message):
    whole = {'strategy': {'type': 'FSDPStrategy'}, 'launcher': 'pytorch', **overrides}
    with pytest.raises(UserError, match=message):
        check_strategy(toy.config(tmp_path, **whole))

"""How a training is spread over processes: ``strategy`` in a config."""

import importlib.util
from typing import Any

from mmengine.config import Config, ConfigDict

from mevis.apis.configs.loops import check_loops
from mevis.apis.running.logging_backends import check_backends
from mevis.apis.running.runner import build_runner, install_safe_loader
from mevis.errors import UserError

_PLAIN = ('SingleDeviceStrategy', 'DDPStrategy')
_SHARDED = {
    'OptimWrapper': 'ShardedOptimWrapper',
    'AutocastOptimWrapper': 'ShardedAutocastOptimWrapper',
}


def build_trainer(cfg: Config) -> Any:
    """Builds what trains a config: the usual runner, or one that follows ``strategy``.

    Args:
        cfg: The config, its processes prepared.

    Raises:
        UserError: If the strategy is unknown, lacks its package or the processes it needs, or
            something else of the config does not go with it.
    """
    name = strategy_name(cfg)
    if name in _PLAIN:
        return build_runner(cfg)
    check_strategy(cfg)
    check_loops(cfg)
    check_backends(cfg)
    install_safe_loader()
    import mevis.engine.sharding  # noqa: F401 - registers the strategy and its parts
    from mevis.apis.running.strategy_runner import StrategyRunner

    return StrategyRunner.from_cfg(sharded_config(cfg))


def strategy_name(cfg: Config) -> str:
    """The type of the strategy; that of the usual runner where a config names none."""
    strategy = cfg.get('strategy') or {}
    return str(strategy.get('type', _PLAIN[-1])).rpartition('.')[2]


def check_strategy(cfg: Config) -> None:
    """Refuses a strategy that cannot run, and what does not work under it.

    Raises:
        UserError: Names the key and what to do.
    """
    name = strategy_name(cfg)
    if name == 'DeepSpeedStrategy':
        _refuse_deepspeed()
    if name != 'FSDPStrategy':
        known = ', '.join((*_PLAIN, 'FSDPStrategy'))
        raise UserError(f'strategy.type={name}: cannot train here. Known: {known}.')
    if cfg.get('launcher', 'none') == 'none':
        raise UserError(
            'strategy.type=FSDPStrategy splits a model over several processes: start them with'
            ' tools/dist_train.sh CONFIG PROCESSES.'
        )
    options = dict(cfg.strategy)
    if options.get('state_dict_cfg', 'full') != 'full':
        raise UserError(
            f'strategy.state_dict_cfg={options["state_dict_cfg"]}: checkpoints hold the whole'
            ' model, so that every tool can read them. Leave it out.'
        )
    if 'auto_wrap_policy' in (options.get('model_wrapper') or {}):
        raise UserError(
            'strategy.model_wrapper.auto_wrap_policy: a model is one unit here, since its modules'
            " use each other's parameters. Leave it out."
        )
    wrapper = cfg.optim_wrapper
    if wrapper.get('accumulative_counts', 1) > 1:
        raise UserError(
            f'optim_wrapper.accumulative_counts={wrapper.accumulative_counts}: not with'
            ' FSDPStrategy. Set it to 1 and train with as many times more processes, or a larger'
            ' train_dataloader.batch_size.'
        )
    if wrapper.get('type', 'OptimWrapper') not in _SHARDED:
        raise UserError(
            f'optim_wrapper.type={wrapper.type}: not with FSDPStrategy, which knows'
            f' {" and ".join(_SHARDED)}.'
        )
    hooks = [*(cfg.get('default_hooks') or {}).items(), *enumerate(cfg.get('custom_hooks') or [])]
    for place, hook in hooks:
        if hook and 'EMA' in str(hook.get('type', '')):
            raise UserError(
                f'hook {place}: a moving average of the weights does not work with FSDPStrategy,'
                ' where no rank has them all. Leave it out.'
            )


def sharded_config(cfg: Config) -> Config:
    """The config with the parts that work on a share of a model."""
    cfg = Config(cfg.to_dict(), filename=cfg.filename)
    cfg.strategy = ConfigDict({**cfg.strategy, 'type': 'ShardedStrategy'})
    cfg.strategy.pop('state_dict_cfg', None)
    cfg.optim_wrapper.type = _SHARDED[cfg.optim_wrapper.get('type', 'OptimWrapper')]
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), dict(type='WholeModelHook')]
    return cfg


def _refuse_deepspeed() -> None:
    if importlib.util.find_spec('deepspeed') is None:
        raise UserError(
            'strategy.type=DeepSpeedStrategy: needs the package deepspeed, which is not installed.'
            ' FSDPStrategy splits gradients and the state of the optimizer likewise, without it.'
        )
    raise UserError(
        'strategy.type=DeepSpeedStrategy: has never been run with these models, and its checkpoints'
        ' cannot be read by the other tools. Use FSDPStrategy.'
    )

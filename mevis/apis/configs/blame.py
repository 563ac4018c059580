"""Which entry of a config an exception is about that was raised while something was built of it."""

import re
from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import Any

from mmengine.config import Config

from mevis.apis.configs.overrides import given_overrides
from mevis.apis.configs.values import entry

# Methods of the engine's runner that build without a registry, and what they build from.
_METHODS = {
    'setup_env': 'env_cfg',
    'set_randomness': 'randomness',
    'build_logger': 'log_level',
    'build_message_hub': 'experiment_name',
    'build_visualizer': 'visualizer',
    'build_model': 'model',
    'wrap_model': 'model_wrapper_cfg',
    'register_default_hooks': 'default_hooks',
    'register_custom_hooks': 'custom_hooks',
    'build_log_processor': 'log_processor',
    'build_dataloader': 'train_dataloader',
    'build_train_loop': 'train_cfg',
    'build_val_loop': 'val_cfg',
    'build_test_loop': 'test_cfg',
    'build_evaluator': 'val_evaluator',
    'build_optim_wrapper': 'optim_wrapper',
    'scale_lr': 'auto_scale_lr',
    'build_param_scheduler': 'param_scheduler',
    'initialize_count_status': 'optim_wrapper',
}
_ENGINE = 'mmengine.'
_MOST = 4
_LONGEST_REASON = 300


def blamed(error: BaseException, cfg: Config) -> str | None:
    """One line with key and value, if the error was raised while a part of the config was built.

    Args:
        error: What was raised.
        cfg: The config.

    Returns:
        None if nothing was being built.
    """
    parts = list(_parts_in_building(error.__traceback__, cfg))[::-1]
    if not parts:
        return None
    reason = ' '.join(str(error).split())[:_LONGEST_REASON]
    reason = f'{type(error).__name__}: {reason}' if reason else type(error).__name__
    overrides = given_overrides(cfg)
    place, name, node = parts[0]
    for outer, _, _ in parts:
        given = [key for key in overrides if _lies_in(key, outer)]
        if given:
            said = _named([(key.split('.')[-1], key) for key in given], reason) or given
            values = ', '.join(entry('', key, overrides[key]) for key in said[:_MOST])
            return f'{values}: {name} cannot be built with it ({reason}).'
    named = _named([(str(key), key) for key in node], reason)
    shown = named or [k for k, v in node.items() if isinstance(v, (bool, int, float, str))]
    values = ', '.join(entry(place, key, node[key]) for key in shown[:_MOST] if key != 'type')
    return f'{values or place}: {name} cannot be built with it ({reason}).'


def _named(keys: list[tuple[str, Any]], reason: str) -> list[Any]:
    """Those of whose names the reason speaks."""
    return [key for name, key in keys if re.search(rf'\b{re.escape(name)}\b', reason)]


def find_type(node: Any, name: str, place: str = '') -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Sections of a config whose ``type`` is a name, and where they are."""
    if isinstance(node, Mapping):
        if isinstance(node.get('type'), str) and node['type'].split('.')[-1] == name.split('.')[-1]:
            yield place, node
        for key, value in node.items():
            yield from find_type(value, name, f'{place}.{key}' if place else str(key))
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            yield from find_type(value, name, f'{place}.{index}')


def _lies_in(key: str, place: str) -> bool:
    return key == place or key.startswith(f'{place}.') or not place


def _parts_in_building(
    trace: TracebackType | None, cfg: Config
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Place, name and section of what was being built, the outermost first."""
    while trace is not None:
        frame, trace = trace.tb_frame, trace.tb_next
        if not frame.f_globals.get('__name__', '').startswith(_ENGINE):
            continue
        method = frame.f_code.co_name
        if method == 'build_from_cfg':
            yield from _section_of(frame, cfg)
        elif method in _METHODS:
            place = _dataloader(frame, cfg) if method == 'build_dataloader' else _METHODS[method]
            section = cfg.get(place)
            yield place, place, section if isinstance(section, Mapping) else {}


def _section_of(frame: FrameType, cfg: Config) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Where in the config the argument of ``build_from_cfg`` comes from; it may be completed."""
    built = frame.f_locals.get('cfg')
    name = built.get('type') if isinstance(built, Mapping) else None
    if not isinstance(name, str):
        return
    found = list(find_type(cfg._cfg_dict, name))
    same = [one for one in found if all(_equal(built.get(key), one[1][key]) for key in one[1])]
    for place, node in (same or found)[:1]:
        yield place, name, node


def _dataloader(frame: FrameType, cfg: Config) -> str:
    built = frame.f_locals.get('dataloader')
    for kind in ('train', 'val', 'test'):
        if _equal(cfg.get(f'{kind}_dataloader'), built):
            return f'{kind}_dataloader'
    return _METHODS['build_dataloader']


def _equal(first: Any, second: Any) -> bool:
    try:
        return bool(first == second)
    except (ValueError, RuntimeError, TypeError):  # arrays and tensors have many answers
        return False

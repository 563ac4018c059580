"""Which keys a part of a config may have, read from the code that will receive it."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mmengine.registry import Registry

# Sections without a `type`: who receives them.
_RECEIVERS = {
    '': 'mmengine.runner:Runner',
    'env_cfg': '',
    'randomness': 'mmengine.runner:Runner.set_randomness',
    'log_processor': 'mmengine.runner:LogProcessor',
    'train_cfg': 'mmengine.runner:IterBasedTrainLoop',
    'val_cfg': 'mmengine.runner:ValLoop',
    'test_cfg': 'mmengine.runner:TestLoop',
    'train_dataloader': 'torch.utils.data:DataLoader',
    'val_dataloader': 'torch.utils.data:DataLoader',
    'test_dataloader': 'torch.utils.data:DataLoader',
    'model_wrapper_cfg': 'torch.nn.parallel:DistributedDataParallel',
    'optim_wrapper': 'mmengine.optim:OptimWrapper',
    'optim_wrapper.clip_grad': 'torch.nn.utils:clip_grad_norm_',
}
# Keys that are read from the config itself or handled by the engine apart from a signature.
_EXTRA = {
    '': {
        'custom_imports',
        'find_unused_parameters',
        'sync_bn',
        'compile',
        'activation_checkpointing',
        'model_wrapper_cfg',
        'strategy',
        'optim_wrapper',
        'default_scope',
    },
    'env_cfg': {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'},
    'train_cfg': {'by_epoch', 'max_epochs'},
    'train_dataloader': {'num_batch_per_epoch'},
    'optim_wrapper': {'type', 'paramwise_cfg', 'constructor', 'loss_scale', 'dtype'},
    'optim_wrapper.paramwise_cfg': {
        'base_total_batch_size',
        'bias_lr_mult',
        'bias_decay_mult',
        'norm_decay_mult',
        'flat_decay_mult',
        'dwconv_decay_mult',
        'dcn_offset_lr_mult',
        'bypass_duplicate',
        'custom_keys',
    },
}


@dataclass(frozen=True)
class ArgumentTable:
    """What a receiver takes.

    Attributes:
        owner: Its name, for messages.
        names: Its arguments.
        open: Whether it takes any keyword.
    """

    owner: str
    names: set[str]
    open: bool = False


def arguments_of_section(place: str) -> ArgumentTable | None:
    """What a section without a ``type`` takes; None if nothing is known about it."""
    if place not in _RECEIVERS and place not in _EXTRA:
        return None
    names = set(_EXTRA.get(place, ()))
    target = receiver_of(place)
    owner = ''
    if target is not None:
        owner = target.__qualname__
        # Here the engine's own parts are meant: their `**kwargs` take nothing new.
        names |= _signature(target)[0] | (set() if place else {'cfg'})
    return ArgumentTable(owner if place else '', names - {'self'})


def receiver_of(place: str) -> Callable | None:
    """Who receives a section without a ``type``."""
    receiver = _RECEIVERS.get(place)
    if not receiver:
        return None
    module, _, path = receiver.partition(':')
    target: Any = importlib.import_module(module)
    for part in path.split('.'):
        target = getattr(target, part)
    return target


def constructors_of(name: str) -> list[Callable]:
    """What is called to build the class or function of that name, the most derived first.

    Other packages are not imported for it: what nobody has asked for yet is not known here.
    """
    target = _registered(name)
    if target is None or not inspect.isclass(target):
        return [] if target is None else [target]
    return [vars(c)['__init__'] for c in target.__mro__ if '__init__' in vars(c)][:-1]


def _registered(name: str) -> Callable | None:
    scope, dot, bare = name.rpartition('.')
    for registry in all_registries():
        registry.import_from_location()
        if name in registry.module_dict:
            return registry.module_dict[name]
        for known in (registry, *registry.children.values()) if dot else ():
            if known.scope == scope and bare in known.module_dict:
                return known.module_dict[bare]
    return None


def arguments_of_type(name: str) -> ArgumentTable | None:
    """What the class or function of that name takes; None if no registry holds it."""
    for registry in all_registries():
        target = registry.get(name)
        # The engine takes a folder of that name on Python's path for it, too.
        if callable(target):
            names, is_open = _signature(target)
            return ArgumentTable(name, names, is_open)
    return None


def all_registries() -> Iterator[Registry]:
    """Every registry of the framework, then those of the engine."""
    import mmengine.registry as engine

    from mevis import registry as own

    for module in (own, engine):
        for value in vars(module).values():
            if isinstance(value, Registry):
                yield value


def _signature(target: Callable) -> tuple[set[str], bool]:
    """Arguments by name along the class hierarchy, and whether anything else is accepted."""
    if not inspect.isclass(target):
        return _parameters(target)
    names: set[str] = set()
    for owner in target.__mro__:
        if '__init__' not in vars(owner):
            continue
        own, is_open = _parameters(owner.__init__)
        names |= own
        if not is_open:
            return names, False
    return names, True


def _parameters(function: Callable) -> tuple[set[str], bool]:
    parameters = inspect.signature(function).parameters.values()
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return named - {'self'}, any(p.kind is p.VAR_KEYWORD for p in parameters)

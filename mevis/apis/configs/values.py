"""All values of a config, checked before anything is built of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mevis.apis.configs.value_ranges import CHOICES, not_allowed
from mevis.apis.configs.value_types import wrong_type
from mevis.errors import UserError

_DATALOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
_SECTIONS = (
    *('model', *_DATALOADERS, 'optim_wrapper', 'train_cfg', 'val_cfg', 'test_cfg'),
    *('default_hooks', 'env_cfg', 'randomness', 'log_processor', 'visualizer'),
)
_NEVER_NONE = ('env_cfg', 'randomness')
_LONGEST = 60
_DEEPEST = 100


def check_values(cfg: Config) -> None:
    """Refuses values of another type or out of range.

    Raises:
        UserError: Names the key, its value and what is allowed.
    """
    _check_sections(cfg)
    for place, node in _sections(cfg._cfg_dict, '', _DEEPEST):
        name = node.get('type', 'any')
        if not callable(name) and not (isinstance(name, str) and name.strip('.')):
            raise UserError(f'{entry(place, "type", name)}: must be the name of a class.')
        for key, value in node.items():
            choices = CHOICES.get(f'{place}{"." if place else ""}{key}')
            if choices and value not in choices:
                raise UserError(f'{entry(place, key, value)}: must be {" or ".join(choices)}.')
            allowed = not_allowed(str(key), value)
            if allowed:
                raise UserError(f'{entry(place, key, value)}: must be {allowed}.')
        for key, allowed in wrong_type(node, place):
            raise UserError(f'{entry(place, key, node[key])}: must be {allowed}.')
    _check_scope(cfg)


def require(cfg: Config, keys: tuple[str, ...], purpose: str) -> None:
    """Refuses a config without sections that are needed.

    Args:
        cfg: The config.
        keys: Their names.
        purpose: What they are needed for: "train".

    Raises:
        UserError: Names those that are missing.
    """
    _check_sections(cfg)
    missing = [key for key in keys if not cfg.get(key)]
    if missing:
        known = 'it is empty' if not len(cfg) else f'it has {", ".join(list(cfg)[:8])}'
        raise UserError(
            f'{cfg.filename or "config"}: no {" and no ".join(missing)}, so there is nothing to'
            f' {purpose} with ({known}). Inherit what is missing from configs/_base_.'
        )


def entry(place: str, key: Any, value: Any) -> str:
    """``model.num_heads=3``, as a command line would say it."""
    shown = str(value)
    if len(shown) > _LONGEST:
        shown = f'{shown[:_LONGEST]}...'
    return f'{place}{"." if place else ""}{key}={shown}'


def _check_scope(cfg: Config) -> None:
    """A scope of which nothing is registered would make every name unknown."""
    from mevis.apis.configs.constructor_arguments import all_registries

    scope = cfg.get('default_scope')
    known = {registry.scope for registry in all_registries()}
    known |= {child.scope for registry in all_registries() for child in registry.children.values()}
    if scope is not None and not (isinstance(scope, str) and scope in known):
        raise UserError(
            f'{entry("", "default_scope", scope)}: no module is registered under this name.'
            " Use 'mevis', or import the package that registers some in custom_imports."
        )


def _check_sections(cfg: Config) -> None:
    """What the tools look into before anything is built."""
    for key in _SECTIONS:
        if cfg.get(key) is not None and not isinstance(cfg[key], Mapping):
            raise UserError(f'{entry("", key, cfg[key])}: must be a section, of KEY=VALUE.')
    for key in _NEVER_NONE:
        if key in cfg and cfg[key] is None:
            raise UserError(f'{entry("", key, None)}: must be a section; an empty one is {{}}.')
    schedulers = cfg.get('param_scheduler')
    if isinstance(schedulers, (bool, int, float, str)):
        raise UserError(f'{entry("", "param_scheduler", schedulers)}: must be a list of sections.')
    for key in _DATALOADERS:
        loader = cfg.get(key)
        if not loader:
            continue
        dataset = loader.get('dataset')
        if not isinstance(dataset, Mapping):
            raise UserError(f'{entry(key, "dataset", dataset)}: must be a section with a type.')
        steps = dataset.get('pipeline', [])
        if not isinstance(steps, (list, tuple)) or not all(isinstance(s, Mapping) for s in steps):
            place = f'{key}.dataset'
            raise UserError(f'{entry(place, "pipeline", steps)}: must be a list of sections.')


def _sections(node: Any, place: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if depth == 0:
        raise UserError(f'{place[:_LONGEST]}...: sections in sections without an end.')
    if isinstance(node, Mapping):
        yield place, node
        parts = node.items()
    elif isinstance(node, (list, tuple)):
        parts = enumerate(node)
    else:
        return
    for key, part in parts:
        yield from _sections(part, f'{place}{"." if place else ""}{key}', depth - 1)

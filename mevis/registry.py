"""Every registry of the framework.

Registries with an mmengine parent see the modules of mmdet and mmcv too; the slots that only this
framework knows (frame samplers, text encoders, query initializers, refiners, track sources,
transcribers) are roots of their own, because two registries of one scope cannot share a parent.
"""

import difflib
import inspect
from collections.abc import Iterable
from typing import Any

from mmengine.registry import DATA_SAMPLERS as MMENGINE_DATA_SAMPLERS
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import TASK_UTILS as MMENGINE_TASK_UTILS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import VISUALIZERS as MMENGINE_VISUALIZERS
from mmengine.registry import Registry, build_from_cfg, build_model_from_cfg


class UnknownModuleError(KeyError):
    """A config names a module that its registry does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])


def _registered_names(registry: Registry) -> list[str]:
    names: set[str] = set()
    node: Registry | None = registry
    while node is not None:
        node.import_from_location()
        names.update(node.module_dict)
        for child in node.children.values():
            names.update(f'{child.scope}.{name}' for name in child.module_dict)
        node = node.parent
    return sorted(names)


def _check_known(cfg: Any, registry: Registry) -> None:
    name = cfg.get('type') if hasattr(cfg, 'get') else None
    if not isinstance(name, str):
        return
    # What no registry holds is looked up as a path of Python, where it may be anything.
    found = registry.get(name)
    if inspect.isclass(found) or inspect.isfunction(found):
        return
    known = _registered_names(registry)
    close = difflib.get_close_matches(name.split('.')[-1], known, n=3, cutoff=0.5)
    own = sorted(registry.module_dict)
    hint = f' Did you mean {" or ".join(repr(c) for c in close)}?' if close else ''
    raise UnknownModuleError(
        f'{name!r} is not a registered {registry.name}.'
        f' Known in mevis: {", ".join(own) or "none"}.{hint}'
        ' A module of your own must be imported first: list it in `custom_imports` of the config.'
    )


def build_checked(cfg: Any, registry: Registry, default_args: dict | None = None) -> Any:
    """Builds a module; an unknown name is answered with the known ones.

    Raises:
        UnknownModuleError: If ``cfg['type']`` is not registered.
    """
    _check_known(cfg, registry)
    return build_from_cfg(cfg, registry, default_args)


def build_model_checked(cfg: Any, registry: Registry, default_args: dict | None = None) -> Any:
    """Like :func:`build_checked`; a list of configs becomes a ``Sequential``, as in mmengine."""
    for item in cfg if isinstance(cfg, list) else [cfg]:
        _check_known(item, registry)
    return build_model_from_cfg(cfg, registry, default_args)


def _child(name: str, parent: Registry, locations: Iterable[str], build=build_checked) -> Registry:
    return Registry(name, build_func=build, parent=parent, scope='mevis', locations=list(locations))


def _slot(name: str, location: str) -> Registry:
    return Registry(name, build_func=build_checked, scope='mevis', locations=[location])


DATASETS = _child('dataset', MMENGINE_DATASETS, ['mevis.datasets'])
DATA_SAMPLERS = _child('data sampler', MMENGINE_DATA_SAMPLERS, ['mevis.engine'])
TRANSFORMS = _child('transform', MMENGINE_TRANSFORMS, ['mevis.datasets.transforms'])
MODELS = _child('model', MMENGINE_MODELS, ['mevis.models'], build_model_checked)
TASK_UTILS = _child('task util', MMENGINE_TASK_UTILS, ['mevis.models'])
METRICS = _child('metric', MMENGINE_METRICS, ['mevis.evaluation'])
HOOKS = _child('hook', MMENGINE_HOOKS, ['mevis.engine'])
VISUALIZERS = _child('visualizer', MMENGINE_VISUALIZERS, ['mevis.visualization'])

FRAME_SAMPLERS = _slot('frame sampler', 'mevis.datasets.frame_samplers')
TEXT_ENCODERS = _slot('text encoder', 'mevis.models.text_encoders')
QUERY_INITIALIZERS = _slot('query initializer', 'mevis.models.query_initializers')
REFINERS = _slot('refiner', 'mevis.refiners')
TRACK_SOURCES = _slot('track source', 'mevis.track_sources')
TRANSCRIBERS = _slot('transcriber', 'mevis.transcribers')

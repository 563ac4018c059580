"""What a loop of the engine needs: its sections together, and data of the right kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import FUNCTIONS

from mevis.errors import UserError
from mevis.registry import DATASETS

_LOOPS = {'val': 'validation', 'test': 'test'}
_PARTS = ('dataloader', 'cfg', 'evaluator')
_MODES = {
    'train_dataloader': (False, 'training takes clips'),
    'val_dataloader': (True, 'validation takes whole videos'),
    'test_dataloader': (True, 'a test takes whole videos'),
}


def check_loops(cfg: Config) -> None:
    """Refuses half a loop, kept workers where there are none, and clips for videos or the reverse.

    And another runner, and loaders of parts that the engine would miss long after.

    Raises:
        UserError: Names the key.
    """
    _check_runner_type(cfg)
    for loop, name in _LOOPS.items():
        parts = [f'{loop}_{part}' for part in _PARTS]
        missing = [part for part in parts if cfg.get(part) is None]
        if missing and len(missing) < len(parts):
            there = [part for part in parts if part not in missing]
            raise UserError(
                f'{" and ".join(missing)}: missing or None, beside {" and ".join(there)}. A {name}'
                ' needs all three; set all three to None to go without it.'
            )
    for key, (wanted, reason) in _MODES.items():
        loader = cfg.get(key) or {}
        _check_parts(loader, key)
        if loader.get('persistent_workers') and not loader.get('num_workers', 0):
            raise UserError(
                f'{key}.persistent_workers=True: without workers (num_workers=0) there are none to'
                f' keep. Add --cfg-options {key}.persistent_workers=False, or use more workers.'
            )
        for place, dataset in _datasets(loader.get('dataset'), f'{key}.dataset'):
            if not _is_ours(dataset):
                continue
            if 'pipeline' in dataset and not dataset['pipeline']:
                raise UserError(f'{place}.pipeline=[]: must end with PackRefVidSegInputs.')
            if bool(dataset.get('test_mode', False)) is not wanted:
                raise UserError(f'{place}.test_mode={not wanted}: must be {wanted}; {reason}.')


def _check_runner_type(cfg: Config) -> None:
    """Another runner would not be used: those of mevis load and save safely."""
    allowed = ('Runner', 'FlexibleRunner') if cfg.get('strategy') else ('Runner',)
    wanted = cfg.get('runner_type', 'Runner')
    if wanted not in allowed:
        raise UserError(
            f'runner_type={wanted}: mevis uses a runner of its own. Remove the key, and put what'
            ' yours adds into hooks (custom_hooks) or a loop (train_cfg.type).'
        )


def _check_parts(loader: Mapping[str, Any], place: str) -> None:
    """What the engine looks up without a word, and calls long after."""
    for key in ('sampler', 'batch_sampler'):
        if isinstance(loader.get(key), (bool, int, float, str, list, tuple)):
            raise UserError(f'{place}.{key}={loader[key]}: must be a section with a type.')
    for key in ('collate_fn', 'worker_init_fn'):
        section = loader.get(key)
        if callable(section) or section is None:
            continue
        name = section.get('type') if isinstance(section, Mapping) else section
        if callable(name) or (isinstance(section, Mapping) and _is_function(name)):
            continue
        known = ', '.join(sorted(FUNCTIONS.module_dict))
        raise UserError(
            f'{place}.{key}={section}: must be a section whose type is a function that is'
            f' registered in FUNCTIONS ({known}). Import yours by custom_imports.'
        )


def _is_function(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and callable(FUNCTIONS.get(name))


def _datasets(node: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A dataset, or those that it joins or repeats."""
    if isinstance(node, Mapping):
        yield place, node
        for key in ('dataset', 'datasets'):
            if key in node:
                yield from _datasets(node[key], f'{place}.{key}')
    elif isinstance(node, (list, tuple)):
        for index, part in enumerate(node):
            yield from _datasets(part, f'{place}.{index}')


def _is_ours(dataset: Mapping[str, Any]) -> bool:
    from mevis.datasets.video_dataset import VideoDataset

    name = dataset.get('type')
    target = DATASETS.get(name) if isinstance(name, str) else name
    return isinstance(target, type) and issubclass(target, VideoDataset)

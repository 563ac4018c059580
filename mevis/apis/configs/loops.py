"""What a loop of the engine needs: its sections together, and data of the right kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

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

    Raises:
        UserError: Names the key.
    """
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

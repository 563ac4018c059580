"""Processes and devices before the runner exists."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import broadcast_object_list, is_main_process

from mevis.apis.explanation import explain
from mevis.apis.ranks import end_with_launcher
from mevis.boundary.shard import Shard
from mevis.errors import UserError
from mevis.structures.atomic_write import check_target
from mevis.structures.folder_lock import hold_folder


def prepare_processes(cfg: Config, launcher: str) -> None:
    """Makes ``--launcher`` work with and without GPUs.

    The process group is made here, since ranks must agree on what is left to do before the runner
    exists.  The engine's own set-up selects a CUDA device and hands its number to DDP; on machines
    without one gloo is used and DDP gets no device.

    Raises:
        UserError: If the launcher's environment variables are missing.
    """
    cfg.launcher = launcher
    if launcher == 'none':
        return
    end_with_launcher()
    import torch

    if launcher == 'pytorch' and 'LOCAL_RANK' not in os.environ:
        raise UserError(
            '--launcher pytorch: start the processes with torchrun, as tools/dist_train.sh does.'
        )
    if torch.cuda.is_available():
        from mmengine.dist import init_dist

        init_dist(launcher, **cfg.get('env_cfg', {}).get('dist_cfg', {}))
        return
    if launcher != 'pytorch':
        raise UserError(f'--launcher {launcher} needs GPUs. On CPUs use --launcher pytorch.')
    torch.distributed.init_process_group('gloo')
    on_cpu = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )
    cfg.model_wrapper_cfg = {**on_cpu, **cfg.get('model_wrapper_cfg', {})}


def set_precision(cfg: Config) -> None:
    """``--amp``: bfloat16 autocast, or float16 with loss scaling on GPUs that lack it."""
    import torch

    lacks_bfloat16 = torch.cuda.is_available() and not torch.cuda.is_bf16_supported()
    cfg.optim_wrapper.type = 'AmpOptimWrapper' if lacks_bfloat16 else 'AutocastOptimWrapper'


def claim_folder(folder: str | Path, shard: Shard | None = None) -> None:
    """Keeps other runs out of an output folder until this one ends; the first rank holds it.

    Args:
        folder: The folder.
        shard: The shard that fills a part of it, which lets other shards in; None: no shard.

    Raises:
        UserError: On all ranks, if another process has the folder or it cannot be written.
    """
    part = f'shard-{shard.name}' if shard else ''
    on_main(lambda: hold_folder(folder, part))


def check_targets(*paths: str | Path | None, inputs: Sequence[str | Path | None] = ()) -> None:
    """Finds out before the work whether its results can be written; None is no result.

    Args:
        paths: Files of results.
        inputs: Files that are read.

    Raises:
        UserError: On all ranks, if one of the files cannot be written, is an input, or is named
            for two results.
    """
    wanted = [path for path in paths if path is not None]
    on_main(
        lambda: [
            check_target(path, (*inputs, *wanted[:place])) for place, path in enumerate(wanted)
        ]
    )


def agreed(value: Any) -> Any:
    """What the first rank says."""
    values = [value]
    broadcast_object_list(values)
    return values[0]


def on_main(action: Callable[[], Any]) -> None:
    """Lets the first rank do something, with the others waiting until it has.

    Raises:
        UserError: On all ranks, if it failed on the first.
    """
    problem = ''
    if is_main_process():
        try:
            action()
        except (UserError, OSError) as error:
            problem = explain(error) or f'{type(error).__name__}: {error}'
    problem = agreed(problem)
    if problem:
        raise UserError(problem)

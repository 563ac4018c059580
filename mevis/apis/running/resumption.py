"""What a training resumes from."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.logging import print_log

from mevis.checkpoints.file_form import ZIP, damage_of_zip, form_of
from mevis.errors import UserError

_NUMBERED = re.compile(r'(?:iter|epoch)_(\d{1,18})\.pth')
_POINTER = 'last_checkpoint'
_LONGEST_POINTER = 4096


def latest_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint: what ``last_checkpoint`` names, in this folder, or the highest number.

    One of a higher number that was saved after ``last_checkpoint`` was written comes before both:
    its training was killed before it could name it.  Files of other names, such as copies that a
    user made, do not count.
    """
    return next(iter(_newest_first(Path(work_dir))), None)


def whole_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint of which every byte is there; says which ones are passed over.

    Raises:
        UserError: If there are some, and none is whole.
    """
    damaged = []
    for path in _newest_first(Path(work_dir)):
        reason = _damage(path)
        if reason is None:
            if damaged:
                print_log(
                    f'{"; ".join(damaged)}. Training resumes from the one before, {path.name}.',
                    logger=None,
                )
            return path
        damaged.append(f'{path}: not whole ({reason})')
    if damaged:
        raise UserError(
            f'{"; ".join(damaged[:3])}. There is no intact checkpoint to resume from; train from'
            ' scratch in another --work-dir.'
        )
    return None


def set_resume(cfg: Config, resume: str | None) -> None:
    """Decides what ``--resume`` continues from.

    Args:
        cfg: The config; ``resume`` and ``load_from`` are set in place.
        resume: A checkpoint, ``auto`` for the newest whole one of the work folder, or None.

    Raises:
        UserError: If the work folder holds a training that would be overwritten, or none of its
            checkpoints is whole.
    """
    if resume is None:
        latest = latest_checkpoint(cfg.work_dir)
        if latest is not None:
            raise UserError(
                f'{cfg.work_dir}: holds the checkpoints of an earlier training ({latest.name}).'
                ' Continue it with --resume, or choose another --work-dir.'
            )
        return
    source = whole_checkpoint(cfg.work_dir) if resume == 'auto' else Path(resume)
    if source is None:
        print_log(
            f'{cfg.work_dir}: no checkpoint yet, training starts from the beginning.', logger=None
        )
        return
    cfg.resume, cfg.load_from = True, str(source)


def check_training_state(checkpoint: Mapping[str, Any], path: str) -> None:
    """Refuses a file from which no training can resume.

    Raises:
        UserError: If it holds weights only.
    """
    missing = [key for key in ('optimizer', 'message_hub') if key not in checkpoint]
    meta = checkpoint['meta']
    missing += [key for key in ('iter', 'epoch') if type(meta.get(key)) is not int]
    if missing:
        raise UserError(
            f'{path}: no state of a training in it ({", ".join(missing)} missing), so it'
            f' cannot be resumed. {_weights_alone(path)}'
        )


def check_optimizer(saved: Any, current: Mapping[str, Any], path: str) -> None:
    """Refuses the state of another kind of optimizer, which loads and fails at the first step.

    Args:
        saved: State of the optimizer in the file.
        current: State of that of the config.
        path: The file.

    Raises:
        UserError: Names the settings that only one of them has.
    """
    if not isinstance(saved, Mapping) or 'param_groups' not in current:
        return  # several optimizers, or one of another library
    settings = []
    for state in (saved, current):
        groups = state.get('param_groups')
        first = groups[0] if isinstance(groups, (list, tuple)) and groups else None
        settings.append(set(first) if isinstance(first, Mapping) else set())
    # What a scheduler adds, and what versions of torch add, is no other optimizer.
    main = {'momentum', 'betas', 'alpha', 'lr_decay', 'rho', 'etas', 'max_iter', 'nesterov'}
    differ = sorted((settings[0] ^ settings[1]) & main)
    if differ or not settings[0]:
        raise UserError(
            f'{path}: the optimizer of this training was another one than that of the config'
            f' ({", ".join(differ) or "no param_groups"}). Resume it with its own config.'
            f' {_weights_alone(path)}'
        )


def say_whether_finished(path: str, cfg: Config, epoch: int, iteration: int) -> None:
    """Warns if nothing is left of a training.

    Args:
        path: What it was resumed from.
        cfg: Its config.
        epoch: Epochs that are done.
        iteration: Iterations that are done.
    """
    limits = cfg.get('train_cfg') or {}
    for done, key in ((iteration, 'max_iters'), (epoch, 'max_epochs')):
        # As the config says it: loops of iterations count one epoch more than they have.
        wanted = limits.get(key)
        if isinstance(wanted, int) and 0 < wanted <= done:
            print_log(
                f'{path}: this training is finished ({done} of {wanted}), nothing is left'
                f' to do. To train longer, raise train_cfg.{key}.',
                'current',
                logging.WARNING,
            )
            return


@contextmanager
def state_errors(path: str) -> Iterator[None]:
    """Turns errors of taking over a saved state into one line.

    Raises:
        UserError: Names the file.
    """
    try:
        yield
    except (UserError, torch.OutOfMemoryError):
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError) as error:
        reason = ' '.join(str(error).split())[:300]
        raise UserError(
            f'{path}: its state does not fit this config ({type(error).__name__}: {reason}). Resume'
            f' with its own config. {_weights_alone(path)}'
        ) from error


def _weights_alone(path: str) -> str:
    return f'To start from its weights use --cfg-options load_from={path}'


def _newest_first(work_dir: Path) -> list[Path]:
    numbered = [path for path in work_dir.glob('*.pth') if _NUMBERED.fullmatch(path.name)]
    numbered.sort(key=_number, reverse=True)
    named = _pointed_to(work_dir)
    if named is None:
        return numbered
    # Of higher numbers may also be what another training left, but that is older than the pointer.
    named_at = (work_dir / _POINTER).stat().st_mtime_ns
    number = _number(named)
    later = [p for p in numbered if _number(p) > number >= 0 and p.lstat().st_mtime_ns > named_at]
    return [*later, named, *(path for path in numbered if path not in (*later, named))]


def _number(path: Path) -> int:
    found = _NUMBERED.fullmatch(path.name)
    return int(found[1]) if found else -1


def _pointed_to(work_dir: Path) -> Path | None:
    """What ``last_checkpoint`` names, by name, so that a moved folder can be resumed."""
    try:
        with (work_dir / _POINTER).open('rb') as file:
            name = Path(file.read(_LONGEST_POINTER).decode().strip()).name
        path = work_dir / name
        return path if name and path.is_file() else None
    except (OSError, ValueError):  # no text, or no name that a file can have
        return None


def _damage(path: Path) -> str | None:
    try:
        return damage_of_zip(path) if form_of(path) == ZIP else None
    except UserError as error:
        return str(error).removeprefix(f'{path}: ').split('. ')[0]

"""A training that has become NaN ends, before it saves anything."""

import math
from typing import Any

import torch
from mmengine.dist import all_gather_object, get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mevis.errors import UserError
from mevis.registry import HOOKS

_MEND = (
    'Train with a lower optim_wrapper.optimizer.lr or with optim_wrapper.clip_grad.max_norm=0.1, or'
    ' without --amp; --resume continues from the last checkpoint, which is sound.'
)
_MOST_FRAMES = 8
_MOST_TERMS = 4


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stops at the first loss that is NaN or infinite, and saves no weights that are.

    It names the iteration, the terms of the loss and the clips of the batch.  All ranks stop
    together, for the gradients of one have reached the weights of all.
    """

    # Before hooks that save, log or draw.
    priority = 'VERY_HIGH'

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Looks at the loss of an iteration.

        Raises:
            UserError: If it is not finite on any rank.
        """
        found = ''
        if outputs and not all_finite(outputs):
            found = f'{bad_terms(outputs)} ({", ".join(clips(data_batch)) or "unknown clips"})'
        if get_world_size() > 1:
            found = next(filter(None, all_gather_object(found)), '')
        if found:
            raise UserError(
                f'iteration {runner.iter + 1}: the loss is not finite: {found}. {_MEND}'
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuses weights that the last step has spoiled.

        Raises:
            UserError: Names some of them.
        """
        bad = [
            name
            for name, weight in checkpoint.get('state_dict', {}).items()
            # Constants, such as the borders of a range, may be infinite; nothing may be NaN.
            if weight.is_floating_point() and torch.isnan(weight).any()
        ]
        if bad:
            more = f' and {len(bad) - 2} more' if len(bad) > 2 else ''
            raise UserError(
                f'iteration {runner.iter}: weights are NaN ({", ".join(bad[:2])}{more}), so no'
                f' checkpoint is written. {_MEND}'
            )


def all_finite(outputs: dict[str, Any]) -> bool:
    """Whether every term is a finite number; one transfer from the device, not one per term."""
    tensors = [
        value.detach().float().mean() for value in outputs.values() if torch.is_tensor(value)
    ]
    numbers = [value for value in outputs.values() if isinstance(value, float)]
    whole = all(map(math.isfinite, numbers))
    return whole and (not tensors or bool(torch.isfinite(torch.stack(tensors)).all()))


def bad_terms(outputs: dict[str, Any]) -> str:
    """The terms that are not finite, with their values; the sum only where it is alone."""
    values = {key: float(_bare(value)) for key, value in outputs.items() if _is_number(value)}
    bad = {key: value for key, value in values.items() if not math.isfinite(value)}
    if len(bad) > 1:
        bad.pop('loss', None)
    listed = [f'{key} is {value}' for key, value in bad.items()]
    return ', '.join(listed[:_MOST_TERMS]) + (' …' if len(listed) > _MOST_TERMS else '')


def clips(data_batch: Any) -> list[str]:
    """Video, expression and frames of each clip of a batch, as far as it says them."""
    samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
    return [_clip(sample) for sample in samples or () if hasattr(sample, 'video')]


def _clip(sample: Any) -> str:
    names = [str(name) for name in getattr(sample, 'frame_names', ())]
    listed = ', '.join(names[:_MOST_FRAMES]) + (' …' if len(names) > _MOST_FRAMES else '')
    ids = [str(one.exp_id) for one in getattr(sample, 'expressions', ())]
    expression = f', expression {", ".join(ids)}' if ids else ''
    return f'video {sample.video}{expression}, frames {listed}'


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (torch.is_tensor(value) and value.numel() == 1)


def _bare(value: Any) -> Any:
    return value.detach() if torch.is_tensor(value) else value

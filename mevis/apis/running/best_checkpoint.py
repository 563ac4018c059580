"""By which figure the best checkpoint is kept."""

import re
from collections.abc import Sequence

from mmengine.evaluator import BaseMetric
from mmengine.hooks import CheckpointHook, Hook

from mevis.errors import UserError


def check_best_figure(hooks: Sequence[Hook], metrics: Sequence[BaseMetric]) -> None:
    """Refuses a name that no metric gives, which else shows at the first validation.

    Metrics say what they give in their attribute ``figures``, a regular expression; nothing is
    checked where one has none.

    Raises:
        UserError: Names the figures that there are.
    """
    patterns = [getattr(metric, 'figures', None) for metric in metrics]
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        return
    wanted = [
        name
        for hook in hooks
        if isinstance(hook, CheckpointHook) and hook.save_best
        for name in hook.key_indicators
    ]
    for name in wanted:
        if name != 'auto' and not any(re.fullmatch(pattern, name) for pattern in patterns):
            known = ', '.join(pattern.replace('|', ', ') for pattern in patterns)
            raise UserError(
                f'default_hooks.checkpoint.save_best={name}: val_evaluator gives no such figure,'
                f' but {re.sub(r"[()?]", "", known)}.'
            )

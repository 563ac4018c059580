"""By which figure the best checkpoint is kept."""

import re
from collections.abc import Sequence

from mmengine.evaluator import BaseMetric
from mmengine.hooks import CheckpointHook, Hook

from mevis.errors import UserError
from mevis.registry import METRICS


def check_best_figure(hooks: Sequence[Hook], metrics: Sequence[BaseMetric]) -> None:
    """Refuses a name that no metric gives, which else shows at the first validation.

    Metrics say what they give in their attribute ``figures``, a regular expression.  Where one
    says nothing, only a figure that is known to be of another metric is refused.

    Raises:
        UserError: Names the figures that there are.
    """
    patterns = [getattr(metric, 'figures', None) for metric in metrics]
    declared = [pattern for pattern in patterns if isinstance(pattern, str)]
    wanted = [
        name
        for hook in hooks
        if isinstance(hook, CheckpointHook) and hook.save_best
        for name in hook.key_indicators
    ]
    for name in wanted:
        if name == 'auto' or any(re.fullmatch(pattern, name) for pattern in declared):
            continue
        place = f'default_hooks.checkpoint.save_best={name}'
        if len(declared) == len(patterns):
            known = ', '.join(pattern.replace('|', ', ') for pattern in declared)
            raise UserError(
                f'{place}: val_evaluator gives no such figure, but {re.sub(r"[()?]", "", known)}.'
            )
        owner = _owner(name)
        if owner:
            silent = [type(metric).__name__ for metric in metrics if not _says(metric)]
            raise UserError(
                f'{place}: a figure of {owner}, which val_evaluator lacks ({", ".join(silent)} does'
                f' not say what it gives). Add {owner}, set save_best to a figure of yours or None;'
                f" a metric that gives it too says so by `figures = '{name}'`."
            )


def _says(metric: BaseMetric) -> bool:
    return isinstance(getattr(metric, 'figures', None), str)


def _owner(name: str) -> str | None:
    """The registered metric that gives a figure."""
    METRICS.import_from_location()
    for owner, metric in sorted(METRICS.module_dict.items()):
        pattern = getattr(metric, 'figures', None)
        if isinstance(pattern, str) and re.fullmatch(pattern, name):
            return owner
    return None

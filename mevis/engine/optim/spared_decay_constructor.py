"""Weight decay for what multiplies, none for norms and embeddings."""

from typing import Any

from mmengine.optim import DefaultOptimWrapperConstructor
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

_SPARED_MODULES = (nn.LayerNorm, nn.GroupNorm, nn.modules.batchnorm._NormBase, nn.Embedding)
_SPARED_NAMES = ('relative_position_bias_table', 'absolute_pos_embed')


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SparedDecayConstructor(DefaultOptimWrapperConstructor):
    """The engine's constructor, without decay for norms, embeddings and position tables.

    The engine's own ``norm_decay_mult`` is not applied to parameters that a key of ``custom_keys``
    matches; so a backbone with a rate of its own would have its norms decayed.

    Args:
        optim_wrapper_cfg: Config of the wrapper and its optimizer.
        paramwise_cfg: As in the engine; ``custom_keys`` set rates.
    """

    def __init__(
        self, optim_wrapper_cfg: dict[str, Any], paramwise_cfg: dict[str, Any] | None = None
    ) -> None:
        # The engine looks at single parameters only if it is asked for something.
        super().__init__(optim_wrapper_cfg, dict(paramwise_cfg or {}) or {'custom_keys': {}})

    def add_params(
        self,
        params: list[dict[str, Any]],
        module: nn.Module,
        prefix: str = '',
        is_dcn_module: Any = None,
    ) -> None:
        """Adds a group for each parameter of ``module`` and of all below it."""
        super().add_params(params, module, prefix, is_dcn_module)
        if prefix:  # the engine is on its way down
            return
        spared = _spared(module)
        for group in params:
            if id(group['params'][0]) in spared:
                group['weight_decay'] = 0.0


def _spared(model: nn.Module) -> set[int]:
    """Identities of the parameters without decay."""
    return {
        id(parameter)
        for module in model.modules()
        for name, parameter in module.named_parameters(recurse=False)
        if isinstance(module, _SPARED_MODULES) or name in _SPARED_NAMES
    }

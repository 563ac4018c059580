"""The engine's FSDP strategy on today's PyTorch, with and without GPUs."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine._strategy import FSDPStrategy
from mmengine.registry import STRATEGIES
from torch import nn
from torch.distributed.fsdp import (
    FullOptimStateDictConfig,
    FullStateDictConfig,
    FullyShardedDataParallel,
)

_PREFIX = '_fsdp_wrapped_module.'


@STRATEGIES.register_module()
class ShardedStrategy(FSDPStrategy):
    """FSDP whose checkpoints are those of any other training.

    Unlike the engine's strategy it runs on CPUs, hands PyTorch the saved state of the optimizer in
    the order of arguments that it has now, and resumes from checkpoints of unsharded trainings.
    All of the model is one unit: its modules use each other's parameters outside of ``forward``.

    Args:
        model_wrapper: Arguments of FSDP, such as ``sharding_strategy`` or ``mixed_precision``.
        kwargs: As in the engine.
    """

    def __init__(self, *, model_wrapper: dict[str, Any] | None = None, **kwargs: Any) -> None:
        wrapper = dict(type='ShardedModel', **(model_wrapper or {}))
        if not torch.cuda.is_available():
            wrapper['device_id'] = torch.device('cpu')
        # PyTorch collects one state after the other into one buffer. A "copy" to the CPU of what is
        # there already is that buffer: without this, all states would be saved as the last of them.
        offload = torch.cuda.is_available()
        whole = dict(
            state_dict_type='FULL_STATE_DICT',
            state_dict_config=FullStateDictConfig(offload_to_cpu=offload, rank0_only=True),
            optim_state_dict_config=FullOptimStateDictConfig(
                offload_to_cpu=offload, rank0_only=True
            ),
        )
        super().__init__(model_wrapper=wrapper, state_dict_cfg=whole, **kwargs)

    def _wrap_model(self, model: nn.Module) -> nn.Module:
        with _quiet():
            return super()._wrap_model(model)

    def model_state_dict(self) -> dict[str, Any]:
        """Whole weights under the names of the model, on the first rank; nothing on the others."""
        with _quiet():
            return super().model_state_dict()

    def optim_state_dict(self) -> dict[str, Any]:
        """The whole state of the optimizer by names of parameters, on the first rank."""
        with _quiet():
            state = FullyShardedDataParallel.optim_state_dict(
                self.model, self.optim_wrapper.optimizer
            )
        base = getattr(self.optim_wrapper, 'base_param_settings', None)
        if state and base is not None:
            state['base_param_settings'] = base
        return state

    def load_optim_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a saved state, of this strategy or of an unsharded training.

        Args:
            state_dict: The whole state, on every rank.
        """
        saved = dict(state_dict)
        base = saved.pop('base_param_settings', None)
        with _quiet():
            state = FullyShardedDataParallel.optim_state_dict_to_load(
                model=self.model,
                optim=self.optim_wrapper.optimizer,
                optim_state_dict=self._by_name(saved),
            )
        if base is not None:
            state['base_param_settings'] = base
        self.optim_wrapper.load_state_dict(state)

    def _by_name(self, saved: dict[str, Any]) -> dict[str, Any]:
        """Unsharded optimizers number their parameters in the order of their groups."""
        if not all(isinstance(key, int) for key in saved['state']):
            return saved
        named = {id(p): n.replace(_PREFIX, '') for n, p in self.model.named_parameters()}
        groups = self.optim_wrapper.optimizer.param_groups
        names = [named[id(parameter)] for group in groups for parameter in group['params']]
        return {
            'state': {names[key]: value for key, value in saved['state'].items()},
            'param_groups': [
                {**group, 'params': [names[key] for key in group['params']]}
                for group in saved['param_groups']
            ],
        }


@contextmanager
def _quiet() -> Iterator[None]:
    """PyTorch deprecates the functions that the engine is made of."""
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', r'FSDP\.(set_)?state_dict_type', FutureWarning)
        yield

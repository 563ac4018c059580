"""Optimizer wrappers for gradients of which every rank holds a share."""

import math

import torch
from mmengine.dist import all_reduce
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import Tensor

from mevis.engine.optim import AutocastOptimWrapper


@OPTIM_WRAPPERS.register_module()
class ShardedOptimWrapper(OptimWrapper):
    """The engine's wrapper, which clips by the norm over all ranks.

    The engine takes the norm of what a rank holds: each would scale its share by a factor of its
    own, and the more ranks there are, the less would be clipped.
    """

    def _clip_grad(self) -> None:
        if self.clip_func is not torch.nn.utils.clip_grad_norm_:
            super()._clip_grad()  # by value: every element for itself
            return
        norm = clip_sharded_gradients(self.optimizer, **self.clip_grad_kwargs)
        self.message_hub.update_scalar(f'train/{self.grad_name}', float(norm))


@OPTIM_WRAPPERS.register_module()
class ShardedAutocastOptimWrapper(ShardedOptimWrapper, AutocastOptimWrapper):
    """The same in bfloat16 where that is safe."""


def clip_sharded_gradients(
    optimizer: torch.optim.Optimizer, max_norm: float, norm_type: float = 2.0
) -> Tensor:
    """Scales the gradients of all ranks so that their common norm is at most ``max_norm``.

    A rank without gradients takes part too.

    Args:
        optimizer: It holds the parameters.
        max_norm: The largest norm.
        norm_type: 2 for the Euclidean norm; ``inf`` is possible.

    Returns:
        The norm before, a scalar.
    """
    parameters = [p for group in optimizer.param_groups for p in group['params']]
    gradients = [p.grad for p in parameters if p.requires_grad and p.grad is not None]
    norms = [torch.linalg.vector_norm(gradient, norm_type).float() for gradient in gradients]
    norms.append(torch.zeros((), device=parameters[0].device))
    local = torch.linalg.vector_norm(torch.stack(norms), norm_type)
    if math.isinf(norm_type):
        all_reduce(local, 'max')
        total = local
    else:
        power = local**norm_type
        all_reduce(power, 'sum')
        total = power ** (1 / norm_type)
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.to(gradient))
    return total

"""torchvision's frozen batch norm, by name in configs.

``norm_cfg=dict(type='mevis.FrozenBatchNorm2d')`` computes ``x * scale + bias`` from buffers, as the
official code does.  PyTorch's own batch norm in evaluation mode rounds otherwise, which turns some
rectifiers near zero over and moves single gradients of a ResNet by 4e-4.
"""

from torchvision.ops import FrozenBatchNorm2d

from mevis.registry import MODELS

MODELS.register_module(module=FrozenBatchNorm2d)

__all__ = ['FrozenBatchNorm2d']

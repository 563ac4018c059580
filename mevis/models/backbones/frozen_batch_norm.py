"""torchvision's frozen batch norm, by name in configs.

``norm_cfg=dict(type='mevis.FrozenBatchNorm2d')`` computes ``x * scale + bias`` from buffers, as the
official code does.  PyTorch's own batch norm in evaluation mode rounds otherwise, which turns some
rectifiers near zero over and moves single gradients of a ResNet by 4e-4.
"""

from torch import Tensor
from torchvision import ops

from mevis.registry import MODELS


@MODELS.register_module()
class FrozenBatchNorm2d(ops.FrozenBatchNorm2d):
    """The same to the last bit; the bias is added in place, in half the time on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        """Maps (N, C, H, W)."""
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        bias = self.bias - self.running_mean * scale
        # The product's gradient needs the scale alone, so nothing that is overwritten is missed.
        return (x * scale[:, None, None]).add_(bias[:, None, None])

"""Linear layers on many tokens, on a CPU by way of oneDNN.

PyTorch gives float32 linear layers to MKL, which on processors of other makers than its own uses
half of the vector width (measured: 93 of 230 GFLOP/s on one core of an AMD EPYC with AVX-512).
1x1 convolutions over 16 maps or more go to oneDNN, with gradients too, and compute the same.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_LEAST_ROWS = 256
_MAPS = range(16, 65)


def wide_linear(layer: nn.Linear, x: Tensor) -> Tensor:
    """What ``layer`` makes of tokens (..., C): (..., D)."""
    if torch.compiler.is_exporting():
        return layer(x)
    rows = x.numel() // max(1, x.shape[-1])
    maps = next((count for count in _MAPS if rows % count == 0), None)
    if rows < _LEAST_ROWS or not _suits(x):
        return layer(x)
    if maps is None:
        flat = x.reshape(rows, -1)
        most = rows - rows % _MAPS[0]
        parts = wide_linear(layer, flat[:most]), layer(flat[most:])
        return torch.cat(parts).view(*x.shape[:-1], -1)
    images = x.reshape(maps, rows // maps, 1, -1).permute(0, 3, 1, 2)
    result = F.conv2d(images, layer.weight[:, :, None, None], layer.bias)
    return result.permute(0, 2, 3, 1).reshape(*x.shape[:-1], -1)


def _suits(x: Tensor) -> bool:
    plain = x.device.type == 'cpu' and x.dtype == torch.float32
    return plain and torch.backends.mkldnn.is_available() and not torch.is_autocast_enabled('cpu')

"""Sine position codes of words; those of images come from mmdet."""

import math

import torch
from torch import Tensor


def sine_encoding_1d(padding_mask: Tensor, embed_dims: int, temperature: float = 1e4) -> Tensor:
    """Position of each valid token, scaled so that the last one is at 2 pi.

    Args:
        padding_mask: (B, L) bool, True = padding.
        embed_dims: Channels C, even.
        temperature: Longest wavelength over 2 pi.

    Returns:
        (B, L, C) float32.
    """
    index = (~padding_mask).cumsum(1, dtype=torch.float32)
    index = index / (index[:, -1:] + 1e-6) * (2 * math.pi)
    channel = torch.arange(embed_dims, dtype=torch.float32, device=padding_mask.device)
    wavelength = temperature ** (2 * (channel // 2) / embed_dims)
    phase = index[:, :, None] / wavelength
    return torch.stack((phase[..., 0::2].sin(), phase[..., 1::2].cos()), dim=-1).flatten(2)

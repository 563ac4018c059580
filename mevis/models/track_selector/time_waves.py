"""Codes of times that are shares of a whole."""

import math

import torch
from torch import Tensor

NUM_TIME_WAVES = 8


def time_waves(times: Tensor) -> Tensor:
    """(...) -> (..., 8): sines and cosines from half a turn over the whole to four turns."""
    half = NUM_TIME_WAVES // 2
    frequency = math.pi * 2.0 ** torch.arange(half, device=times.device)
    phase = times[..., None] * frequency
    return torch.cat((phase.sin(), phase.cos()), -1)

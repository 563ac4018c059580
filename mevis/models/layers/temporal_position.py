"""Codes of a frame's time in the video."""

import math

import torch
from torch import Tensor, nn


class TemporalPositionEncoding(nn.Module):
    """Makes a module see when a frame was, not only that it was.

    The code is that of the frame's time in the *video* (its index there, whatever frames a sampler
    skipped), so any number of frames and any spacing work.  The projection starts at zero: added to
    trained weights it changes nothing until it is trained.

    Args:
        embed_dims: Channels C of the tokens it is added to.
        num_waves: Wavelengths, geometric from 2 frames to ``longest_wave``.
        longest_wave: In frames.
    """

    def __init__(self, embed_dims: int, num_waves: int = 32, longest_wave: float = 512.0) -> None:
        super().__init__()
        waves = torch.logspace(math.log10(2.0), math.log10(longest_wave), num_waves)
        self.register_buffer('frequency', 2 * math.pi / waves, persistent=False)
        self.projection = nn.Linear(2 * num_waves, embed_dims)
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    def forward(self, frame_times: Tensor) -> Tensor:
        """Encodes times.

        Args:
            frame_times: (B, T), unit: frames of the video.

        Returns:
            (B, T, C).
        """
        phase = frame_times.to(self.frequency)[..., None] * self.frequency
        return self.projection(torch.cat((phase.sin(), phase.cos()), dim=-1))

"""The marker of backbones that look at several frames at once."""

from abc import ABCMeta, abstractmethod

from torch import Tensor, nn


class ClipBackbone(nn.Module, metaclass=ABCMeta):
    """A backbone of clips instead of images.

    Such a backbone must see all frames of a clip together, so its frames are never split into
    chunks.

    Attributes:
        out_channels: Channels of the four levels of strides 4, 8, 16 and 32.
    """

    out_channels: tuple[int, ...]

    @abstractmethod
    def forward(self, clips: Tensor) -> tuple[Tensor, ...]:
        """Encodes clips.

        Args:
            clips: (B, T, 3, H, W), normalised.

        Returns:
            Four levels, each (B*T, C, h, w).
        """

"""Instances of each frame by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mevis.models.dvis.frame_queries import FrameQueries
from mevis.models.dvis.query_head import FrameQueryHead
from mevis.registry import MODELS


class FrameSegmenter(BaseModule):
    """Mask2Former on single frames: the part that MinVIS and DVIS share.

    Args:
        backbone: Config; levels of strides 4, 8, 16 and 32.
        backbone_channels: Their channels.
        num_classes: Classes K.
        embed_dims: Channels C.
        num_queries: Queries Q of a frame.
        head: Further arguments of :class:`FrameQueryHead`.
    """

    def __init__(
        self,
        backbone: Mapping[str, Any],
        backbone_channels: Sequence[int],
        num_classes: int,
        embed_dims: int,
        num_queries: int = 100,
        head: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.backbone = MODELS.build(backbone)
        self.head = FrameQueryHead(
            backbone_channels, num_classes, num_queries, embed_dims, **(head or {})
        )

    def forward(self, frames: Tensor) -> tuple[FrameQueries, Tensor]:
        """Segments frames.

        Args:
            frames: (T, 3, H, W), normalised and padded to a multiple of 32.

        Returns:
            The queries of the frames, and their mask features (T, M, h, w).
        """
        layers, mask_features = self.head.decode(self.backbone(frames))
        return self.answer(layers[-1]), mask_features

    def in_windows(self, frames: Tensor, window_size: int) -> tuple[FrameQueries, Tensor]:
        """Segments many frames (T, 3, H, W), ``window_size`` at a time; as :meth:`forward`."""
        parts = [self(window) for window in frames.split(window_size)]
        queries = FrameQueries(
            torch.cat([one.logits for one, _ in parts]),
            torch.cat([one.embeds for one, _ in parts]),
            torch.cat([one.kernels for one, _ in parts]),
        )
        return queries, torch.cat([features for _, features in parts])

    def answer(self, embeds: Tensor) -> FrameQueries:
        """Classes and mask kernels of normed queries (T, Q, C)."""
        return FrameQueries(self.head.cls_embed(embeds), embeds, self.head.mask_embed(embeds))

    def mask_features(self, frames: Tensor) -> Tensor:
        """Mask features (T, M, h, w) alone: two thirds of the work of :meth:`forward`."""
        return self.head.pixel_decoder(self.backbone(frames))[0]

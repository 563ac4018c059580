"""Improves the tracks of a whole video with all of its frames in view."""

from dataclasses import dataclass

from torch import Tensor, nn

from mevis.models.dvis.frame_queries import FrameQueries
from mevis.models.layers import MLP, CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock
from mevis.registry import MODELS


@dataclass(frozen=True)
class Refined:
    """Tracks of a whole video.

    Attributes:
        kernels: (T, Q, M), see :class:`FrameQueries`.
        logits: (Q, K + 1) class logits of the tracks; None where the mean of the tracker's stays.
        embeds: (T, Q, C), normed; None where nothing was refined.
    """

    kernels: Tensor
    logits: Tensor | None = None
    embeds: Tensor | None = None


@MODELS.register_module()
class NoTemporalRefiner(nn.Module):
    """Leaves the tracks as the tracker made them (MinVIS, DVIS online).

    Args:
        num_classes: Unused: what every temporal refiner is told.
        embed_dims: Likewise.
    """

    needs_memory = False

    def __init__(self, num_classes: int, embed_dims: int) -> None:
        super().__init__()

    def keep(self, tracks: FrameQueries, memory: Tensor | None) -> tuple[Tensor, ...]:
        """Kernels are all that masks need later."""
        return (tracks.kernels,)

    def forward(self, kernels: Tensor) -> Refined:
        """Hands kernels (T, Q, M) through."""
        return Refined(kernels)


class RefinerLayer(nn.Module):
    """Attention and convolution over time, then attention within each frame.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
    """

    def __init__(self, embed_dims: int, num_heads: int, feedforward_dims: int) -> None:
        super().__init__()
        self.time_attn = SelfAttentionBlock(embed_dims, num_heads)
        # The first and the last frame are repeated beyond the ends.
        self.conv = nn.Sequential(
            nn.Conv1d(embed_dims, embed_dims, 5, padding='same', padding_mode='replicate'),
            nn.ReLU(),
            nn.Conv1d(embed_dims, embed_dims, 3, padding='same', padding_mode='replicate'),
        )
        self.conv_norm = nn.LayerNorm(embed_dims)
        self.object_attn = SelfAttentionBlock(embed_dims, num_heads)
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims)

    def forward(self, tracks: Tensor, memory: Tensor) -> Tensor:
        """Maps tracks (T, Q, C), given the memory (T, Q, C) of the frames."""
        over_time = self.time_attn(tracks.transpose(0, 1))
        near = self.conv(over_time.transpose(1, 2)).transpose(1, 2)
        tracks = self.conv_norm(near + over_time).transpose(0, 1)
        return self.ffn(self.cross_attn(self.object_attn(tracks), memory))


@MODELS.register_module()
class TemporalRefiner(nn.Module):
    """DVIS's refiner (DVIS offline).

    Args:
        num_classes: Classes K.
        embed_dims: Channels C.
        mask_dims: Channels M of the mask features.
        num_layers: Layers.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFNs.

    Source: Zhang et al., "DVIS", ICCV 2023, Sec. 3.3.
    """

    needs_memory = True

    def __init__(
        self,
        num_classes: int,
        embed_dims: int,
        mask_dims: int = 256,
        num_layers: int = 6,
        num_heads: int = 8,
        feedforward_dims: int = 2048,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            RefinerLayer(embed_dims, num_heads, feedforward_dims) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dims)
        self.class_head = nn.Linear(embed_dims, num_classes + 1)
        self.mask_embed = MLP(embed_dims, embed_dims, mask_dims, 3)
        self.frame_weight = nn.Linear(embed_dims, 1)

    def keep(self, tracks: FrameQueries, memory: Tensor | None) -> tuple[Tensor, ...]:
        """Embeddings only: what :meth:`forward` takes."""
        assert memory is not None
        return tracks.embeds, memory

    def forward(self, tracks: Tensor, memory: Tensor) -> Refined:
        """Refines the tracks of a video.

        Args:
            tracks: (T, Q, C) the tracker's embeddings, normed.
            memory: (T, Q, C) of the tracker's ``remember``.

        Returns:
            The tracks as the last layer leaves them.
        """
        return self.answer(self.refine(tracks, memory)[-1])

    def refine(self, tracks: Tensor, memory: Tensor) -> list[Tensor]:
        """The outputs (T, Q, C) of the layers, before the norm."""
        outputs = []
        for layer in self.layers:
            tracks = layer(tracks, memory)
            outputs.append(tracks)
        return outputs

    def answer(self, outputs: Tensor) -> Refined:
        """Norm and heads on outputs (T, Q, C) of a layer.

        A track has one class: that of its embeddings' mean over time, weighted by how much each
        frame tells.
        """
        embeds = self.norm(outputs)
        weights = self.frame_weight(embeds).softmax(0)
        logits = self.class_head((weights * embeds).sum(0))
        return Refined(self.mask_embed(embeds), logits, embeds)

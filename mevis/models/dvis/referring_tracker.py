"""Frame to frame: each frame's queries are denoised into those of the tracks."""

import torch
from torch import Tensor, nn

from mevis.models.dvis.frame_queries import FrameQueries, Tracked, TrackState
from mevis.models.dvis.matching import MATCHINGS, match_frames
from mevis.models.layers import MLP, FeedForwardBlock, SelfAttentionBlock
from mevis.registry import MODELS

# DVIS adds it to norms before it divides by them; MinVIS does not.
_EPS = 1e-6


class ReferringAttention(nn.Module):
    """Cross-attention whose residual is not its query, then LayerNorm.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
    """

    def __init__(self, embed_dims: int, num_heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(embed_dims, num_heads, batch_first=True)
        self.norm = nn.LayerNorm(embed_dims)

    def forward(self, identity: Tensor, query: Tensor, frame: Tensor) -> Tensor:
        """Adds to ``identity`` what ``query`` finds in the frame; all (B, Q, C)."""
        return self.norm(identity + self.attn(query, frame, frame, need_weights=False)[0])


class TrackerLayer(nn.Module):
    """Referring cross-attention, self-attention, FFN.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
    """

    def __init__(self, embed_dims: int, num_heads: int, feedforward_dims: int) -> None:
        super().__init__()
        self.cross_attn = ReferringAttention(embed_dims, num_heads)
        self.self_attn = SelfAttentionBlock(embed_dims, num_heads)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims)

    def forward(self, identity: Tensor, query: Tensor, frame: Tensor) -> Tensor:
        """Maps ``identity`` (B, Q, C); see :class:`ReferringAttention`."""
        return self.ffn(self.self_attn(self.cross_attn(identity, query, frame)))


@MODELS.register_module()
class ReferringTracker(nn.Module):
    """DVIS's tracker.  It keeps nothing: the state goes in and comes out.

    Args:
        num_classes: Classes K.
        embed_dims: Channels C.
        mask_dims: Channels M of the mask features.
        num_layers: Decoder layers.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFNs.
        matching: ``official`` or ``textbook``; see :func:`~mevis.models.dvis.matching.assign`.

    Raises:
        ValueError: If the matching is not known.

    Source: Zhang et al., "DVIS: Decoupled Video Instance Segmentation Framework", ICCV 2023,
    Sec. 3.2.
    """

    def __init__(
        self,
        num_classes: int,
        embed_dims: int,
        mask_dims: int = 256,
        num_layers: int = 6,
        num_heads: int = 8,
        feedforward_dims: int = 2048,
        matching: str = 'official',
    ) -> None:
        super().__init__()
        if matching not in MATCHINGS:
            raise ValueError(f'matching {matching!r} is none of {", ".join(MATCHINGS)}.')
        self.matching = matching
        self.layers = nn.ModuleList(
            TrackerLayer(embed_dims, num_heads, feedforward_dims) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dims)
        self.class_head = nn.Linear(embed_dims, num_classes + 1)
        self.mask_embed = MLP(embed_dims, embed_dims, mask_dims, 3)

    def forward(self, frames: FrameQueries, state: TrackState | None = None) -> Tracked:
        """Tracks through the frames of a window.

        Args:
            frames: Queries of T frames, of which the embeddings are used.
            state: Of the window before; None at the start of a video.

        Returns:
            What the last layer makes of the tracks in each frame.
        """
        layers, indices, state = self.track(frames.embeds, state)
        return Tracked(self.answer(layers[-1]), indices, state)

    def track(
        self, embeds: Tensor, state: TrackState | None = None
    ) -> tuple[Tensor, Tensor, TrackState]:
        """Runs the decoder frame by frame.

        Args:
            embeds: (T, Q, C) queries of the frames.
            state: Of the window before; None at the start of a video.

        Returns:
            Outputs (L, T, Q, C) of the layers before the norm, indices (T, Q), the new state.
        """
        reference, memory = (None, None) if state is None else (state.reference, state.memory)
        indices = match_frames(embeds, reference, self.matching, _EPS)
        outputs = []
        for frame, order in zip(embeds, indices, strict=True):
            layers = self._decode(frame[order][None], memory, frame[None])
            memory = layers[-1, 0]
            outputs.append(layers)
        return torch.cat(outputs, 1), indices, TrackState(embeds[-1][indices[-1]], memory)

    def _decode(self, start: Tensor, memory: Tensor | None, frame: Tensor) -> Tensor:
        """One frame: the tracks look for themselves among its queries.

        Every layer asks with the same memory, the last layer's output of the frame before, taken
        before the norm; a first frame asks with its own queries.

        Args:
            start: (B, Q, C) the frame's queries in the order of the tracks.
            memory: (Q, C), or None in a first frame.
            frame: (B, Q, C) the frame's queries as they come.

        Returns:
            (L, B, Q, C).
        """
        outputs = []
        output = start
        for layer in self.layers:
            output = layer(output, output if memory is None else memory[None], frame)
            outputs.append(output)
        return torch.stack(outputs)

    def remember(self, embeds: Tensor) -> Tensor:
        """Each frame as if it were a first one: what the temporal refiner looks frames up in.

        Args:
            embeds: (T, Q, C) queries of the frames as they come.

        Returns:
            (T, Q, C), normed.
        """
        return self.norm(self._decode(embeds, None, embeds)[-1])

    def answer(self, outputs: Tensor) -> FrameQueries:
        """Norm and heads on outputs (T, Q, C) of a layer."""
        embeds = self.norm(outputs)
        return FrameQueries(self.class_head(embeds), embeds, self.mask_embed(embeds))

"""MTI: from queries of frames to one set of queries for the video."""

from math import ceil

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.layers import CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock

_BLOCKED = -1000.0  # the official mask value of shifted windows


class WindowEncoderLayer(nn.Module):
    """Self-attention among the frame queries of a window of frames, and an FFN.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
        dropout: Of both.
        window_size: Frames W of a window.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_dims: int,
        dropout: float,
        window_size: int,
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.self_attn = SelfAttentionBlock(embed_dims, num_heads, dropout)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims, dropout)

    def forward(
        self, queries: Tensor, padding: Tensor, position: Tensor | None, shifted: bool
    ) -> Tensor:
        """Encodes windows.

        Args:
            queries: (B, T, N, C), T a multiple of the window.
            padding: (T,) bool, True = a frame that was only padded.
            position: (B, T, C) added to queries and keys, or None.
            shifted: Whether windows are shifted by half of their size.

        Returns:
            (B, T, N, C).
        """
        batch, num_queries = queries.shape[0], queries.shape[2]
        window, half = self.window_size, ceil(self.window_size / 2)
        if shifted:
            queries = queries.roll(half, 1)
            padding = padding.roll(half)
            position = None if position is None else position.roll(half, 1)
        tokens = self._windows(queries)
        if position is not None:
            position = self._windows(position[:, :, None].expand(-1, -1, num_queries, -1))
        blocked = padding.unflatten(0, (-1, window))
        if shifted:
            mask = self._shift_mask(blocked, half, num_queries, batch)
            tokens = self.self_attn(tokens, position, attn_mask=mask.to(tokens))
        else:
            mask = blocked.repeat_interleave(num_queries, 1).repeat(batch, 1)
            tokens = self.self_attn(tokens, position, key_padding_mask=mask)
        tokens = self.ffn(tokens).unflatten(1, (window, num_queries))
        queries = tokens.unflatten(0, (batch, -1)).flatten(1, 2)
        return queries.roll(-half, 1) if shifted else queries

    def _windows(self, queries: Tensor) -> Tensor:
        """Windows of frames (B, T, N, C) as sequences, (B * T/W, W * N, C)."""
        return queries.unflatten(1, (-1, self.window_size)).flatten(2, 3).flatten(0, 1)

    def _shift_mask(self, blocked: Tensor, half: int, num_queries: int, batch: int) -> Tensor:
        """Keeps padding, and the video's end and start in the first window, apart."""
        mask = blocked[:, :, None] | blocked[:, None, :]
        mask[0, :half, half:] = True
        mask[0, half:, :half] = True
        mask = mask.repeat_interleave(num_queries, 1).repeat_interleave(num_queries, 2)
        mask = mask.repeat(batch, 1, 1).repeat_interleave(self.num_heads, 0)
        return mask.float() * _BLOCKED


class VideoDecoderLayer(nn.Module):
    """Cross-attention to the frame queries first, then self-attention, then an FFN."""

    def __init__(
        self, embed_dims: int, num_heads: int, feedforward_dims: int, dropout: float
    ) -> None:
        super().__init__()
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads, dropout)
        self.self_attn = SelfAttentionBlock(embed_dims, num_heads, dropout)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims, dropout)

    def forward(
        self, query: Tensor, memory: Tensor, position: Tensor, memory_position: Tensor
    ) -> Tensor:
        """Updates the video query (B, N, C) from the memory (B, T*N, C)."""
        query = self.cross_attn(query, memory, position, memory_position)
        return self.ffn(self.self_attn(query, position))


class TemporalInteraction(nn.Module):
    """Multi-object temporal interaction.

    Args:
        num_queries: N, of frames and of the video.
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFNs.
        window_size: Frames of an encoder window.
        num_encoder_layers: Window layers; odd ones are shifted in evaluation only, as the
            official code does.
        num_decoder_layers: Layers that update the video query.
        dropout: Everywhere.

    Source: MUTR, Sec. 3.3.
    """

    def __init__(
        self,
        num_queries: int,
        embed_dims: int,
        num_heads: int = 8,
        feedforward_dims: int = 2048,
        window_size: int = 4,
        num_encoder_layers: int = 3,
        num_decoder_layers: int = 3,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.window_size = window_size
        self.frame_query_position = nn.Embedding(num_queries, embed_dims)
        self.video_query_position = nn.Embedding(num_queries, embed_dims)
        block = (embed_dims, num_heads, feedforward_dims, dropout)
        self.encoder = nn.ModuleList(
            WindowEncoderLayer(*block, window_size) for _ in range(num_encoder_layers)
        )
        self.decoder = nn.ModuleList(VideoDecoderLayer(*block) for _ in range(num_decoder_layers))
        self.norm = nn.LayerNorm(embed_dims)

    def forward(
        self, frame_queries: Tensor, initial_query: Tensor, time_codes: Tensor | None = None
    ) -> Tensor:
        """Gathers the frames' queries.

        Args:
            frame_queries: (B, T, N, C).
            initial_query: (B, N, C), the query initializer's.
            time_codes: (B, T, C) added to the keys, or None.

        Returns:
            Video query, (B, N, C).
        """
        frames = frame_queries.shape[1]
        # Not a slice, of which a graph must know whether it is the whole.
        shown = torch.arange(frames, device=frame_queries.device)
        memory = self._encode(frame_queries, time_codes).index_select(1, shown).flatten(1, 2)
        memory_position = self.frame_query_position.weight.expand(frames, -1, -1)
        if time_codes is not None:
            memory_position = memory_position + time_codes[:, :, None]
            memory_position = memory_position.flatten(1, 2)
        else:
            memory_position = memory_position.flatten(0, 1)
        query = initial_query
        for layer in self.decoder:
            query = layer(query, memory, self.video_query_position.weight, memory_position)
        return self.norm(query)

    def _encode(self, queries: Tensor, time_codes: Tensor | None) -> Tensor:
        frames = queries.shape[1]
        # Written so that in a graph of any T the whole is seen to be a multiple.
        extra = (frames + self.window_size - 1) // self.window_size * self.window_size - frames
        queries = F.pad(queries, (0, 0, 0, 0, 0, extra))
        if time_codes is not None:
            time_codes = F.pad(time_codes, (0, 0, 0, extra))
        padding = torch.arange(frames + extra, device=queries.device) >= frames
        for index, layer in enumerate(self.encoder):
            shifted = not self.training and index % 2 == 1
            queries = layer(queries, padding, time_codes, shifted)
        return queries

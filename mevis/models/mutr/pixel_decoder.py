"""Cross-modal FPN: mask features at stride 4, with frames and words looking at each other.

Shapes: B clips, T frames, C channels, (h, w) cells of a level.
"""

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from mevis.models.layers import (
    CrossAttentionBlock,
    FeedForwardBlock,
    over_frames,
)
from mevis.models.mutr.word_features import WordFeatures


class VisionLanguageBlock(nn.Module):
    """Self-attention over all frames (on a reduced map), attention to words, FFN.

    Args:
        embed_dims: Channels C.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFN.
        reduction: By how much the map is reduced for self-attention.
        dropout: Everywhere.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_dims: int,
        reduction: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.reduction = reduction
        self.self_attn = nn.MultiheadAttention(embed_dims, num_heads, dropout, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(embed_dims)
        self.cross_attn = CrossAttentionBlock(embed_dims, num_heads, dropout)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims, dropout)

    def look_around(self, level: Tensor, position: Tensor, mask: Tensor) -> Tensor:
        """Self-attention over all frames; knows nothing of the words.

        Args:
            level: (B, T, C, h, w).
            position: (B, T, C, h, w).
            mask: (B, T, h, w) bool, True = padding.

        Returns:
            (B, T, h, w, C).
        """
        batch, frames, channels, height, width = level.shape
        small = (max(1, height // self.reduction), max(1, width // self.reduction))

        def reduced(x: Tensor) -> Tensor:
            flat = x.flatten(0, 1)
            if self.reduction > 1:
                flat = F.interpolate(flat, size=small, mode='nearest')
            return flat.unflatten(0, (batch, frames)).permute(0, 1, 3, 4, 2).flatten(1, 3)

        query = reduced(level + position)
        padding = reduced(mask[:, :, None].float())[..., 0].bool()
        attended = self.self_attn(
            query, query, reduced(level), key_padding_mask=padding, need_weights=False
        )[0]
        if self.reduction > 1:
            attended = attended.reshape(batch * frames, *small, channels).permute(0, 3, 1, 2)
            attended = F.interpolate(
                attended, size=(height, width), mode='bilinear', align_corners=False
            )
            attended = attended.permute(0, 2, 3, 1)
        attended = attended.reshape(batch, frames, height, width, channels)
        return self.norm(level.permute(0, 1, 3, 4, 2) + self.dropout(attended))

    def look_at_words(self, tokens: Tensor, position: Tensor, words: WordFeatures) -> Tensor:
        """Each pixel by itself.

        Args:
            tokens: (B, t, h, w, C).
            position: (B, t, C, h, w).
            words: Words of the B expressions.

        Returns:
            (B, t, C, h, w).
        """
        flat = self.cross_attn(
            tokens.flatten(1, 3),
            words.words,
            position.permute(0, 1, 3, 4, 2).flatten(1, 3),
            words.position,
            words.padding_mask,
        )
        return self.ffn(flat).reshape(tokens.shape).permute(0, 1, 4, 2, 3)


class CrossModalPixelDecoder(nn.Module):
    """FPN from stride 32 to stride 4 with a vision-language block at each level.

    Args:
        finest_channels: Channels of the backbone's stride-4 map.
        embed_dims: Channels C of the memory and inside.
        mask_dims: Channels of the mask features.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels of the FFNs.
        dropout: Of the blocks.
        num_groups: Of GroupNorm.

    Source: MUTR, Sec. 3.1 (ReferFormer's cross-modal FPN).
    """

    REDUCTIONS = (8, 4, 2, 1)  # of the self-attention maps at stride 4, 8, 16, 32

    def __init__(
        self,
        finest_channels: int,
        embed_dims: int,
        mask_dims: int,
        num_heads: int = 8,
        feedforward_dims: int = 2048,
        dropout: float = 0.1,
        num_groups: int = 8,
    ) -> None:
        super().__init__()
        norm = dict(type='GN', num_groups=num_groups)
        self.lateral_convs = nn.ModuleList(
            ConvModule(channels, embed_dims, 1, bias=False, norm_cfg=norm, act_cfg=None)
            for channels in (finest_channels, embed_dims, embed_dims, embed_dims)
        )
        self.output_convs = nn.ModuleList(
            ConvModule(embed_dims, embed_dims, 3, padding=1, bias=False, norm_cfg=norm)
            for _ in self.REDUCTIONS
        )
        self.blocks = nn.ModuleList(
            VisionLanguageBlock(embed_dims, num_heads, feedforward_dims, reduction, dropout)
            for reduction in self.REDUCTIONS
        )
        self.mask_features = nn.Conv2d(embed_dims, mask_dims, 3, padding=1)

    def init_weights(self) -> None:
        """Caffe2's Xavier for convolutions, Xavier for the blocks."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, a=1)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        for parameter in self.blocks.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def look_at_frames(
        self, finest: Tensor, position: Tensor, mask: Tensor, chunk_size: int | None = None
    ) -> Tensor:
        """What the stride-4 level needs before it meets a sentence: once per video.

        Args:
            finest: The backbone's stride-4 map, (B, T, C4, h, w).
            position: (B, T, C, h, w).
            mask: (B, T, h, w) bool, True = padding.
            chunk_size: Frames at a time where frames do not meet.

        Returns:
            (B, T, h, w, C).
        """
        lateral = over_frames(lambda x: _per_frame(self.lateral_convs[0], x), chunk_size, finest)
        return self.blocks[0].look_around(lateral, position, mask)

    def top_down(
        self,
        memory: list[Tensor],
        positions: list[Tensor],
        masks: list[Tensor],
        words: WordFeatures,
        chunk_size: int | None = None,
        time_codes: Tensor | None = None,
    ) -> Tensor:
        """Runs the levels of stride 32, 16 and 8.

        Args:
            memory: Encoder memory at stride 8, 16, 32, each (B, T, C, h, w).
            positions: Likewise.
            masks: Each (B, T, h, w) bool.
            words: Words of the B expressions.
            chunk_size: Frames at a time where frames do not meet.
            time_codes: (B, T, C) added where frames look at each other, or None.

        Returns:
            Stride-8 map, (B, T, C, h, w).
        """
        coarser = None
        for index in (3, 2, 1):
            block, position = self.blocks[index], positions[index - 1]
            lateral = _per_frame(self.lateral_convs[index], memory[index - 1])
            when_and_where = position
            if time_codes is not None:
                when_and_where = position + time_codes[..., None, None]
            tokens = block.look_around(lateral, when_and_where, masks[index - 1])

            def finish(x: Tensor, pos: Tensor, above: Tensor | None, i: int = index) -> Tensor:
                return self._merge(i, self.blocks[i].look_at_words(x, pos, words), above)

            coarser = over_frames(finish, chunk_size, tokens, position, coarser)
        return coarser

    def finish(
        self, tokens: Tensor, position: Tensor, coarser: Tensor, words: WordFeatures
    ) -> Tensor:
        """Mask features of some frames.

        Args:
            tokens: Of :meth:`look_at_frames`, (B, t, h, w, C).
            position: (B, t, C, h, w).
            coarser: Of :meth:`top_down`, (B, t, C, h/2, w/2).
            words: Words of the B expressions.

        Returns:
            (B, t, mask_dims, h, w).
        """
        level = self._merge(0, self.blocks[0].look_at_words(tokens, position, words), coarser)
        return _per_frame(self.mask_features, level)

    def _merge(self, index: int, level: Tensor, coarser: Tensor | None) -> Tensor:
        if coarser is not None:
            upsampled = F.interpolate(
                coarser.flatten(0, 1), size=level.shape[-2:], mode='nearest'
            ).unflatten(0, level.shape[:2])
            level = level + upsampled
        return _per_frame(self.output_convs[index], level)


def _per_frame(module: nn.Module, frames: Tensor) -> Tensor:
    return module(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])


def nearest_mask(mask: Tensor, size: torch.Size) -> Tensor:
    """Padding (B, T, H, W) of the pixels, at a level's size (h, w)."""
    small = F.interpolate(mask.flatten(0, 1)[None].float(), size=size)[0].bool()
    return small.unflatten(0, mask.shape[:2])

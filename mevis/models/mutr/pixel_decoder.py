"""Cross-modal FPN: mask features at stride 4, with frames and words looking at each other.

Shapes: B clips, T frames, C channels, (h, w) cells of a level.
"""

import torch.nn.functional as F
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from mevis.models.layers import over_frames
from mevis.models.layers.exporting import may_shortcut
from mevis.models.layers.row_conv import RowConv2d
from mevis.models.mutr.vision_language_block import VisionLanguageBlock
from mevis.models.mutr.word_features import WordFeatures


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
            ConvModule(
                embed_dims,
                embed_dims,
                3,
                padding=1,
                bias=False,
                conv_cfg=dict(type='mevis.RowConv2d'),
                norm_cfg=norm,
            )
            for _ in self.REDUCTIONS
        )
        self.blocks = nn.ModuleList(
            VisionLanguageBlock(embed_dims, num_heads, feedforward_dims, reduction, dropout)
            for reduction in self.REDUCTIONS
        )
        self.mask_features = RowConv2d(embed_dims, mask_dims, 3, padding=1)

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

    def lateral(self, index: int, level: Tensor) -> Tensor:
        """A level (B, t, ., h, w) at the decoder's width: (B, t, C, h, w)."""
        return _per_frame(self.lateral_convs[index], level)

    def look_at_frames(
        self, lateral: Tensor, position: Tensor, mask: Tensor, chunk_size: int | None = None
    ) -> Tensor:
        """What the stride-4 level needs before it meets a sentence: once per video.

        Args:
            lateral: Of :meth:`lateral` at stride 4, (B, T, C, h, w); overwritten in inference.
            position: Broadcastable to it.
            mask: (B, T, h, w) bool, True = padding.
            chunk_size: Frames at a time where frames do not meet.

        Returns:
            (B, T, h, w, C).
        """
        block = self.blocks[0]
        attended = block.attend(block.reduced(lateral), block.reduced(position), mask)
        if not may_shortcut():
            return block.add_attended(lateral, attended)
        tokens, frames = lateral.permute(0, 1, 3, 4, 2), lateral.shape[1]
        size = chunk_size or frames
        for start in range(0, frames, size):
            part = slice(start, start + size)
            tokens[:, part] = block.add_attended(lateral[:, part], attended[:, part])
        return tokens

    def look_at_memory(
        self,
        memory: list[Tensor],
        positions: list[Tensor],
        masks: list[Tensor],
        chunk_size: int | None = None,
        time_codes: Tensor | None = None,
    ) -> list[Tensor]:
        """What the levels of stride 8, 16 and 32 see of each other's frames, on reduced maps.

        Nothing else of these levels meets another frame, and none waits for a coarser one.

        Args:
            memory: Encoder memory at stride 8, 16, 32, each (B, T, C, h, w).
            positions: Likewise, or for all frames (B, 1, C, h, w).
            masks: Each (B, T, h, w) bool.
            chunk_size: Frames at a time where frames do not meet.
            time_codes: (B, T, C) added where frames look at each other, or None.

        Returns:
            Reduced maps, each (B, T, h', w', C).
        """
        attended = []
        for index, (level, position, mask) in enumerate(
            zip(memory, positions, masks, strict=True), 1
        ):
            block = self.blocks[index]

            def reduce(x: Tensor, i: int = index) -> Tensor:
                return self.blocks[i].reduced(self.lateral(i, x))

            when_and_where = block.reduced(position)
            if time_codes is not None:
                when_and_where = when_and_where + time_codes[:, :, None, None]
            reduced = over_frames(reduce, chunk_size, level)
            attended.append(block.attend(reduced, when_and_where, mask))
        return attended

    def top_down(
        self,
        memory: list[Tensor],
        positions: list[Tensor],
        attended: list[Tensor],
        words: WordFeatures,
    ) -> Tensor:
        """Runs the levels of stride 32, 16 and 8 for some frames.

        Args:
            memory: Encoder memory at stride 8, 16, 32, each (B, t, C, h, w).
            positions: Likewise, or for all frames (B, 1, C, h, w).
            attended: Of :meth:`look_at_memory`, each (B, t, h', w', C).
            words: Words of the B expressions.

        Returns:
            Stride-8 map, (B, t, C, h, w).
        """
        coarser = None
        for index in (3, 2, 1):
            block = self.blocks[index]
            lateral = self.lateral(index, memory[index - 1])
            tokens = block.add_attended(lateral, attended[index - 1])
            level = block.look_at_words(tokens, positions[index - 1], words)
            coarser = self._merge(index, level, coarser)
        return coarser

    def finish(
        self, tokens: Tensor, position: Tensor, coarser: Tensor, words: WordFeatures
    ) -> Tensor:
        """The stride-4 level of some frames; :attr:`mask_features` is what comes after it.

        Args:
            tokens: Of :meth:`look_at_frames`, (B, t, h, w, C).
            position: (B, t, C, h, w), or (B, 1, C, h, w) for all frames.
            coarser: Of :meth:`top_down`, (B, t, C, h/2, w/2).
            words: Words of the B expressions.

        Returns:
            (B, t, C, h, w).
        """
        return self._merge(0, self.blocks[0].look_at_words(tokens, position, words), coarser)

    def _merge(self, index: int, level: Tensor, coarser: Tensor | None) -> Tensor:
        if coarser is not None:
            upsampled = F.interpolate(
                coarser.flatten(0, 1), size=level.shape[-2:], mode='nearest'
            ).unflatten(0, level.shape[:2])
            level = level.add_(upsampled) if may_shortcut() else level + upsampled
        return _per_frame(self.output_convs[index], level)


def _per_frame(module: nn.Module, frames: Tensor) -> Tensor:
    return module(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])

"""Deformable transformer over the frames, with the sentence as the decoder's input.

Shapes: M = B*T frames (time is in the batch), S = sum of h*w over levels, N queries, C channels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from mmdet.models.layers import (
    DeformableDetrTransformerDecoder,
    SinePositionalEncoding,
)
from mmengine.config import ConfigDict
from torch import Tensor, nn

from mevis.models.layers import DeformableEncoder
from mevis.models.layers.exporting import has_padding, same_in_all_frames
from mevis.models.layers.frame_chunks import frames_in_chunks


@dataclass(frozen=True)
class EncodedFrames:
    """Memory of the frames, flat.

    Attributes:
        memory: (M, S, C).
        padding_mask: (M, S) bool, True = padding.
        shapes: (h, w) per level.
        valid_ratios: (M, levels, 2), valid share (x, y) of each level.
    """

    memory: Tensor
    padding_mask: Tensor
    shapes: list[tuple[int, int]]
    valid_ratios: Tensor

    def levels(self) -> list[Tensor]:
        """The memory by levels, each (M, C, h, w); cut once, as gradients of a cut are joined."""
        sizes = [height * width for height, width in self.shapes]
        parts = zip(self.memory.split(sizes, 1), self.shapes, strict=True)
        return [tokens.transpose(1, 2).unflatten(2, shape) for tokens, shape in parts]


def _of_frames(position: Tensor, part: slice, frames: int) -> Tensor:
    """Positions (B, T or 1, S, C) of some frames; (1, 1, S, C) where they are all the same."""
    if position.shape[1] > 1:
        return position[:, part]
    return position if position.shape[0] == 1 else position.expand(-1, frames, -1, -1)


def _valid_ratios(masks: list[Tensor]) -> Tensor:
    ratios = [
        torch.stack(((~mask[:, 0]).float().mean(1), (~mask[:, :, 0]).float().mean(1)), -1)
        for mask in masks
    ]
    return torch.stack(ratios, 1)


class DeformableTransformer(nn.Module):
    """Encoder and decoder of Deformable DETR, from mmdet's layers.

    Args:
        embed_dims: Channels C.
        num_levels: Feature levels.
        num_queries: Queries N of a frame.
        num_heads: Attention heads.
        num_points: Sampling points per level and head.
        num_encoder_layers: Encoder layers.
        num_decoder_layers: Decoder layers.
        feedforward_dims: Hidden channels of the FFNs.
        dropout: Everywhere.
        encoder_attention: Registered type of the encoder's deformable attention.
    """

    def __init__(
        self,
        embed_dims: int,
        num_levels: int,
        num_queries: int,
        num_heads: int = 8,
        num_points: int = 4,
        num_encoder_layers: int = 4,
        num_decoder_layers: int = 4,
        feedforward_dims: int = 2048,
        dropout: float = 0.1,
        encoder_attention: str = 'TableDeformableAttention',
    ) -> None:
        super().__init__()
        deformable = dict(
            embed_dims=embed_dims,
            num_heads=num_heads,
            num_levels=num_levels,
            num_points=num_points,
            dropout=dropout,
            batch_first=True,
        )
        attention = dict(
            embed_dims=embed_dims,
            num_heads=num_heads,
            attn_drop=dropout,
            proj_drop=0.0,
            dropout_layer=dict(type='Dropout', drop_prob=dropout),
            batch_first=True,
        )
        ffn = dict(
            embed_dims=embed_dims,
            feedforward_channels=feedforward_dims,
            ffn_drop=dropout,
        )
        self.encoder = DeformableEncoder(
            num_layers=num_encoder_layers,
            layer_cfg=ConfigDict(
                self_attn_cfg=dict(type=encoder_attention, **deformable), ffn_cfg=ffn
            ),
        )
        self.decoder = DeformableDetrTransformerDecoder(
            num_layers=num_decoder_layers,
            return_intermediate=True,
            post_norm_cfg=None,
            layer_cfg=ConfigDict(self_attn_cfg=attention, cross_attn_cfg=deformable, ffn_cfg=ffn),
        )
        self.level_embedding = nn.Embedding(num_levels, embed_dims)
        self.query_position = nn.Embedding(num_queries, embed_dims)
        self.reference_points = nn.Linear(embed_dims, 2)
        self.position_encoding = SinePositionalEncoding(
            num_feats=embed_dims // 2, normalize=True, offset=-0.5
        )

    def init_weights(self) -> None:
        """Xavier for matrices, the ring of offsets for sampling, normal for level codes."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        for module in self.modules():
            if hasattr(module, 'sampling_offsets'):
                module.init_weights()
        nn.init.zeros_(self.reference_points.bias)
        nn.init.normal_(self.level_embedding.weight)
        nn.init.normal_(self.query_position.weight)

    def encode(
        self,
        levels: list[Tensor],
        masks: list[Tensor],
        chunk_size: int | None = None,
        fuse: Callable[[Tensor], Tensor] | None = None,
    ) -> EncodedFrames:
        """Encodes each frame by itself.

        Args:
            levels: Levels, each (B, T, C, h, w).
            masks: Their padding, each (B, T, h, w) bool.
            chunk_size: Frames at a time; None for all.
            fuse: Applied to each level of some frames first, (B, t, C, h, w) -> the same.

        Returns:
            Memory of the B*T frames.
        """
        shapes = [(level.shape[-2], level.shape[-1]) for level in levels]
        frames = levels[0].shape[1]
        flat_mask = torch.cat([mask.flatten(2) for mask in masks], 2)
        padded = has_padding(flat_mask)
        ratios = _valid_ratios([mask.flatten(0, 1) for mask in masks])
        ratios = ratios.unflatten(0, levels[0].shape[:2])
        position = torch.cat(
            [
                self.position(mask).flatten(3).transpose(2, 3) + self.level_embedding.weight[index]
                for index, mask in enumerate(masks)
            ],
            2,
        ).to(levels[0])

        def encode_chunk(part: slice) -> Tensor:
            given = [level[:, part] for level in levels]
            given = given if fuse is None else [fuse(level) for level in given]
            x = torch.cat([level.flatten(3).transpose(2, 3) for level in given], 2)
            memory = self.encoder(
                query=x.flatten(0, 1),
                query_pos=_of_frames(position, part, x.shape[1]).flatten(0, 1),
                key_padding_mask=flat_mask[:, part].flatten(0, 1) if padded else None,
                valid_ratios=ratios[:, part].flatten(0, 1),
                **self._geometry(shapes, x.device),
            )
            return memory.unflatten(0, x.shape[:2])

        memory = frames_in_chunks(encode_chunk, frames, chunk_size)
        return EncodedFrames(
            memory.flatten(0, 1), flat_mask.flatten(0, 1), shapes, ratios.flatten(0, 1)
        )

    def position(self, mask: Tensor) -> Tensor:
        """Sine code of a level with padding (B, T, h, w).

        Returns:
            (B, T, C, h, w), or (B, 1, C, h, w) if the padding is that of all frames.
        """
        if same_in_all_frames(mask):
            mask = mask[:, :1]
        return self.position_encoding(mask.flatten(0, 1)).unflatten(0, mask.shape[:2])

    def decode(
        self,
        sentence: Tensor,
        encoded: EncodedFrames,
        box_heads: nn.ModuleList,
        chunk_size: int | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Finds boxes in each frame, starting from the sentence.

        Args:
            sentence: (M, C), the sentence feature for each frame.
            encoded: Memory of the frames.
            box_heads: One per decoder layer, refining the references (cxcywh).
            chunk_size: Frames at a time, whose values alone exist at once; None for all.

        Returns:
            Frame queries (layers, M, N, C), initial references (M, N, 2) and the references after
            each layer (layers, M, N, 4), normalised.
        """
        num_queries = self.query_position.num_embeddings
        position = self.query_position.weight.expand(sentence.shape[0], -1, -1)
        initial = self.reference_points(position).sigmoid()
        geometry = self._geometry(encoded.shapes, sentence.device)
        given = dict(
            query=sentence[:, None].expand(-1, num_queries, -1),
            query_pos=position,
            value=encoded.memory,
            key_padding_mask=encoded.padding_mask,
            reference_points=initial,
            valid_ratios=encoded.valid_ratios,
        )
        chunks = [given]
        if chunk_size is not None:
            parts = zip(*(x.split(chunk_size) for x in given.values()), strict=True)
            chunks = [dict(zip(given, part, strict=True)) for part in parts]
        decoded = [self.decoder(**chunk, reg_branches=box_heads, **geometry) for chunk in chunks]
        queries, references = (torch.cat(parts, 1) for parts in zip(*decoded, strict=True))
        return queries, initial, references

    @staticmethod
    def _geometry(shapes: list[tuple[int, int]], device: torch.device) -> dict[str, Tensor]:
        spatial_shapes = torch.tensor(shapes, device=device)
        starts = spatial_shapes.prod(1).cumsum(0)
        return dict(
            spatial_shapes=spatial_shapes,
            level_start_index=torch.cat((starts.new_zeros(1), starts[:-1])),
        )

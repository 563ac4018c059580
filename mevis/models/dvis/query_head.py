"""mmdet's image head of Mask2Former, asked for its queries."""

from collections.abc import Sequence
from typing import Any

from mmdet.models.dense_heads import Mask2FormerHead
from mmengine.config import ConfigDict
from torch import Tensor


class FrameQueryHead(Mask2FormerHead):
    """Hands out normed queries and mask features where mmdet's head hands out classes and masks.

    A tracker works on the queries, and masks are needed of few of them.  The decoding is mmdet's.
    Frames are independent; padding is attended to like everything else, as in the official code.

    Args:
        in_channels: Of the four levels of the backbone.
        num_classes: Classes K.
        num_queries: Queries Q of a frame.
        embed_dims: Channels C.
        mask_dims: Channels M of the mask features.
        num_heads: Attention heads.
        encoder_layers: Layers of the pixel decoder.
        encoder_feedforward_dims: Hidden channels of their FFNs.
        decoder_layers: Layers of the query decoder.
        feedforward_dims: Hidden channels of their FFNs.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        num_classes: int,
        num_queries: int,
        embed_dims: int = 256,
        mask_dims: int = 256,
        num_heads: int = 8,
        encoder_layers: int = 6,
        encoder_feedforward_dims: int = 1024,
        decoder_layers: int = 9,
        feedforward_dims: int = 2048,
    ) -> None:
        position = dict(num_feats=embed_dims // 2, normalize=True)
        encoder = _encoder(embed_dims, num_heads, encoder_layers, encoder_feedforward_dims)
        super().__init__(
            in_channels=list(in_channels),
            feat_channels=embed_dims,
            out_channels=mask_dims,
            num_things_classes=num_classes,
            num_stuff_classes=0,
            num_queries=num_queries,
            positional_encoding=position,
            pixel_decoder=ConfigDict(
                type='mevis.FullPrecisionPixelDecoder',
                norm_cfg=dict(type='GN', num_groups=32),
                positional_encoding=position,
                encoder=encoder,
            ),
            transformer_decoder=_decoder(embed_dims, num_heads, decoder_layers, feedforward_dims),
            loss_cls=ConfigDict(
                type='mmdet.CrossEntropyLoss',
                loss_weight=2.0,
                class_weight=[1.0] * num_classes + [0.1],
            ),
            loss_mask=ConfigDict(type='mmdet.CrossEntropyLoss', use_sigmoid=True, loss_weight=5.0),
            loss_dice=ConfigDict(type='mmdet.DiceLoss', naive_dice=True, eps=1.0, loss_weight=5.0),
        )

    def decode(self, levels: Sequence[Tensor]) -> tuple[list[Tensor], Tensor]:
        """Finds the instances of each frame.

        Args:
            levels: Four tensors (T, ., h, w) of strides 4 to 32.

        Returns:
            Queries (T, Q, C) of the learned start and of each layer, normed, and the mask features
            (T, M, h, w).
        """
        queries, mask_features = super().forward(list(levels), [])
        return queries, mask_features[-1]

    def _forward_head(
        self, decoder_out: Tensor, mask_feature: Tensor, attn_mask_target_size: tuple[int, int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What mmdet's forward collects after each layer; the attention mask is mmdet's own."""
        *_, attn_mask = super()._forward_head(decoder_out, mask_feature, attn_mask_target_size)
        return self.transformer_decoder.post_norm(decoder_out), mask_feature, attn_mask


def _attention(embed_dims: int, num_heads: int) -> dict[str, Any]:
    return dict(embed_dims=embed_dims, num_heads=num_heads, dropout=0.0, batch_first=True)


def _feed_forward(embed_dims: int, hidden: int) -> dict[str, Any]:
    return dict(embed_dims=embed_dims, feedforward_channels=hidden, num_fcs=2, ffn_drop=0.0)


def _encoder(embed_dims: int, num_heads: int, layers: int, hidden: int) -> ConfigDict:
    return ConfigDict(
        num_layers=layers,
        layer_cfg=dict(
            self_attn_cfg=dict(num_levels=3, num_points=4, **_attention(embed_dims, num_heads)),
            ffn_cfg=_feed_forward(embed_dims, hidden),
        ),
    )


def _decoder(embed_dims: int, num_heads: int, layers: int, hidden: int) -> ConfigDict:
    return ConfigDict(
        num_layers=layers,
        return_intermediate=True,
        layer_cfg=dict(
            self_attn_cfg=_attention(embed_dims, num_heads),
            cross_attn_cfg=_attention(embed_dims, num_heads),
            ffn_cfg=_feed_forward(embed_dims, hidden),
        ),
        init_cfg=None,
    )

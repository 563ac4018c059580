"""The query of the paper: masks of instances, encoded as images.

Shapes: T frames, K instances, M masks that are encoded at a time, L levels, C channels, H W pixels,
h w feature cells.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.models.query_initializers.base import ImageEncoder
from mevis.models.query_initializers.instance_query import InstanceQueryInitializer
from mevis.models.query_initializers.mask_pooling import cell_shares, pool_under
from mevis.registry import MODELS, QUERY_INITIALIZERS
from mevis.structures import ClipTracks

_SMALLEST_SIDE = 32
_MASKS_AT_A_TIME = 16


@QUERY_INITIALIZERS.register_module()
class DVISInstanceQueryInitializer(InstanceQueryInitializer):
    """Folds the masks of tracks into the query, each mask seen as an image.

    Every mask of every frame goes through a visual encoder (eq. 2); each of its levels is projected
    and pooled to one token per frame (eq. 3); the block takes in the tokens of one instance after
    another (eq. 4).  Frames without the instance give no token.

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query.
        backbone_channels: Channels of the four levels of the model's backbone.
        mask_input: ``mask``: the mask alone as a three-channel image, white on black;
            ``masked_frame``: the frame inside of the mask, the mean colour outside.
        visual_encoder: Config of an image backbone of its own with levels of strides 4, 8, 16 and
            32, such as ``MotionConvBackbone`` without temporal stages; the model's backbone if
            None.
        encoder_channels: Channels of the levels of ``visual_encoder``; read from its
            ``out_channels`` if None.
        encoder_gradients: Whether the model's backbone learns from the masks too, which takes as
            much memory as K times the frames.
        image_scale: Size of the images by that of the frames.
        levels: Levels that give tokens, 0 (stride 4) to 3 (stride 32).
        pooling: ``map``: the mean of the whole feature map; ``mask``: under the mask.
        num_instances: Use at most K tracks, those with the highest scores.
        order: See :func:`in_order`.
        num_heads: Attention heads of the block.
        feedforward_dims: Hidden channels of the block's FFN; four times C if None.
        dropout: Of the block.

    Raises:
        ValueError: If an option has an unknown value or the channels are not known.

    Source: MeViS challenge report (arXiv 2406.13939), Eq. 1-4.
    """

    def __init__(
        self,
        num_queries: int,
        embed_dims: int,
        backbone_channels: Sequence[int] | None = None,
        mask_input: str = 'mask',
        visual_encoder: Mapping[str, Any] | None = None,
        encoder_channels: Sequence[int] | None = None,
        encoder_gradients: bool = False,
        image_scale: float = 0.5,
        levels: Sequence[int] = (1, 2, 3),
        pooling: str = 'map',
        num_instances: int = 10,
        order: str = 'score',
        num_heads: int = 8,
        feedforward_dims: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            num_queries, embed_dims, num_instances, order, num_heads, feedforward_dims, dropout
        )
        if mask_input not in ('mask', 'masked_frame'):
            raise ValueError(f'mask_input {mask_input!r} is neither "mask" nor "masked_frame".')
        if pooling not in ('map', 'mask'):
            raise ValueError(f'pooling {pooling!r} is neither "map" nor "mask".')
        self.mask_input = mask_input
        self.pooling = pooling
        self.image_scale = image_scale
        self.levels = tuple(levels)
        self.encoder_gradients = encoder_gradients
        self.visual_encoder = None
        if visual_encoder is not None:
            self.visual_encoder = MODELS.build(visual_encoder)
            backbone_channels = encoder_channels or self.visual_encoder.out_channels
        if not backbone_channels or max(self.levels) >= len(backbone_channels):
            raise ValueError(
                f'levels {self.levels}: the channels of these levels of the encoder are not known'
                f' (backbone_channels {backbone_channels}).'
            )
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Linear(backbone_channels[level], embed_dims), nn.LayerNorm(embed_dims))
            for level in self.levels
        )

    def describe(
        self, levels: list[Tensor], tracks: ClipTracks, encode: ImageEncoder
    ) -> tuple[Tensor, Tensor]:
        """See the base class; S = T * L."""
        device = levels[0].device
        seen = tracks.seen()
        places = seen.T.nonzero().tolist()  # (frame, instance), a frame's masks together
        tokens = levels[0].new_zeros(*seen.shape, len(self.levels), self.embedding.embedding_dim)
        for start in range(0, len(places), _MASKS_AT_A_TIME):
            frames, ks = zip(*places[start : start + _MASKS_AT_A_TIME], strict=True)
            pooled = self._pooled(tracks, ks, frames, encode, device)
            projected = [layer(one) for layer, one in zip(self.projections, pooled, strict=True)]
            tokens[list(ks), list(frames)] = torch.stack(projected, 1).to(tokens)
        padding = ~seen.to(device)[..., None].expand(-1, -1, len(self.levels))
        return tokens.flatten(1, 2), padding.flatten(1)

    def _pooled(
        self,
        tracks: ClipTracks,
        ks: Sequence[int],
        frames: Sequence[int],
        encode: ImageEncoder,
        device: torch.device,
    ) -> list[Tensor]:
        """Pooled features (M, C_l) of some masks, one tensor per level."""
        size = tuple(
            max(_SMALLEST_SIDE, round(side * self.image_scale)) for side in tracks.img_shape
        )
        masks = torch.stack(
            [tracks.cover(*place, size) for place in zip(ks, frames, strict=True)]
        ).to(device)[:, None]
        features = self._encoded(self._images(masks, tracks, frames), encode)
        chosen = [features[level] for level in self.levels]
        if self.pooling == 'map':
            return [level.float().mean((-2, -1)) for level in chosen]
        return [pool_under(level, cell_shares(masks, level.shape[-2:]))[:, 0] for level in chosen]

    def _images(self, masks: Tensor, tracks: ClipTracks, frames: Sequence[int]) -> Tensor:
        """Images (M, 3, H, W): uint8 of masks alone, normalised of masked frames."""
        if self.mask_input == 'mask':
            return (masks * 255).round().to(torch.uint8).expand(-1, 3, -1, -1)
        if tracks.read is None:
            raise ValueError('mask_input "masked_frame": these tracks come without frames.')
        different = sorted(set(frames))
        pixels = F.interpolate(tracks.read(different), size=masks.shape[-2:], mode='area')
        return pixels[[different.index(frame) for frame in frames]] * masks

    def _encoded(self, images: Tensor, encode: ImageEncoder) -> Sequence[Tensor]:
        """Levels (M, C_l, h, w)."""
        if self.visual_encoder is None:
            with torch.set_grad_enabled(torch.is_grad_enabled() and self.encoder_gradients):
                return encode(images)
        if images.dtype == torch.uint8:
            images = images / 255
        if isinstance(self.visual_encoder, ClipBackbone):
            return self.visual_encoder(images[:, None])
        return self.visual_encoder(images)

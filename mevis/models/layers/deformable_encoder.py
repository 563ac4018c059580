"""mmdet's deformable encoder with an attention that its config names.

mmdet's layers build mmcv's attention whatever their config says.
"""

from typing import Any

import torch
from mmcv.cnn import build_norm_layer
from mmcv.cnn.bricks.transformer import FFN
from mmdet.models.layers import DeformableDetrTransformerEncoder
from mmdet.models.layers.transformer import DeformableDetrTransformerEncoderLayer
from mmengine.model import ModuleList
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from mevis.models.layers.dropout import dropout
from mevis.models.layers.exporting import may_shortcut
from mevis.models.layers.feed_forward import feed_forward, feed_forward_and_norm
from mevis.registry import MODELS


class DeformableEncoderLayer(DeformableDetrTransformerEncoderLayer):
    """Deformable self-attention and an FFN; names and arguments are mmdet's.

    ``type`` in the config of the attention names a registered module; it is
    ``TableDeformableAttention`` by default.
    """

    def _init_layers(self) -> None:
        attention = {'type': 'TableDeformableAttention', **self.self_attn_cfg}
        self.self_attn = MODELS.build(attention)
        self.embed_dims = self.self_attn.embed_dims
        self.ffn = FFN(**self.ffn_cfg)
        norms = [build_norm_layer(self.norm_cfg, self.embed_dims)[1] for _ in range(2)]
        self.norms = ModuleList(norms)

    def forward(self, query: Tensor, query_pos: Tensor, **arguments: Any) -> Tensor:
        """Updates queries (M, S, C); see mmdet."""
        attended = self.norms[0](
            self.self_attn(query=query, value=query, query_pos=query_pos, **arguments)
        )
        (first, _, drop), second, drop_result = self.ffn.layers
        if may_shortcut(self.training):
            return feed_forward_and_norm(attended, first, second, self.norms[1])
        found = feed_forward(attended, first, second, drop.p if drop.training else 0.0)
        return self.norms[1](attended + dropout(found, drop_result.p, drop_result.training))


class DeformableEncoder(DeformableDetrTransformerEncoder):
    """Layers of :class:`DeformableEncoderLayer`; names and arguments are mmdet's.

    Attributes:
        recompute: Whether training keeps the inputs of layers alone and computes what is inside
            again when gradients are asked for.
    """

    recompute = False

    def _init_layers(self) -> None:
        self.layers = ModuleList(
            DeformableEncoderLayer(**self.layer_cfg) for _ in range(self.num_layers)
        )
        self.embed_dims = self.layers[0].embed_dims

    @staticmethod
    def get_encoder_reference_points(
        spatial_shapes: Tensor, valid_ratios: Tensor, device: torch.device | str
    ) -> Tensor:
        """Centres of all cells; mmdet's asks for a grid in a way that PyTorch warns of.

        Args:
            spatial_shapes: (levels, 2) integer (h, w).
            valid_ratios: (M, levels, 2), (x, y).
            device: Of the result.

        Returns:
            (M, S, levels, 2), (x, y) in each level, normalised.
        """
        points = []
        for level, (height, width) in enumerate(spatial_shapes.tolist()):
            x = torch.arange(width, device=device) + 0.5
            y = torch.arange(height, device=device) + 0.5
            valid = valid_ratios[:, None, level]
            grid = torch.cartesian_prod(y, x).flip(-1)
            points.append(grid / (valid * valid.new_tensor([width, height])))
        return torch.cat(points, 1)[:, :, None] * valid_ratios[:, None]

    def forward(
        self,
        query: Tensor,
        query_pos: Tensor,
        key_padding_mask: Tensor | None,
        spatial_shapes: Tensor,
        level_start_index: Tensor,
        valid_ratios: Tensor,
        reference_points: Tensor | None = None,
    ) -> Tensor:
        """Encodes; see mmdet.

        Args:
            query: (M, S, C).
            query_pos: Broadcastable to the queries.
            key_padding_mask: (M, S) bool, True = padding, or None.
            spatial_shapes: (levels, 2).
            level_start_index: (levels,).
            valid_ratios: (M, levels, 2).
            reference_points: (M, S, levels, 2); the cells' centres if None.

        Returns:
            (M, S, C).
        """
        if reference_points is None:
            reference_points = self.get_encoder_reference_points(
                spatial_shapes, valid_ratios, device=query.device
            )
        for layer in self.layers:
            arguments = dict(
                query_pos=query_pos,
                key_padding_mask=key_padding_mask,
                spatial_shapes=spatial_shapes,
                level_start_index=level_start_index,
                valid_ratios=valid_ratios,
                reference_points=reference_points,
            )
            if self.recompute and torch.is_grad_enabled():
                query = checkpoint(layer, query, use_reentrant=False, **arguments)
            else:
                query = layer(query, **arguments)
        return query

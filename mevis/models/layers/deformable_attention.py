"""Deformable attention whose samples, on a CPU, are looked up in a table.

mmcv samples whole maps on a CPU and holds every sample before it sums them, which is a quarter of
the time of a pixel decoder and most of its memory.
"""

from typing import Any

import torch
from mmcv.ops import MultiScaleDeformableAttention
from torch import Tensor

from mevis.models.layers.dropout import dropout
from mevis.models.layers.table_sampling import sample_maps
from mevis.models.layers.wide_linear import wide_linear
from mevis.registry import MODELS


@MODELS.register_module()
class TableDeformableAttention(MultiScaleDeformableAttention):
    """mmcv's module, of which inference on a CPU is about four times as fast.

    Training keeps no samples and computes their gradients by sparse products.  Elsewhere than on a
    CPU all of it is mmcv's.  The arguments are mmcv's.
    """

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        identity: Tensor | None = None,
        query_pos: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
        reference_points: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        **arguments: Any,
    ) -> Tensor:
        """Attends; see mmcv.  What the encoder layers of mmdet pass in addition goes unused."""
        assert reference_points is not None
        assert spatial_shapes is not None
        by_points = self.batch_first and reference_points.shape[-1] == 2
        if not by_points or query.device.type != 'cpu':
            return super().forward(
                query,
                key,
                value,
                identity,
                query_pos,
                key_padding_mask,
                reference_points,
                spatial_shapes,
                **arguments,
            )
        start = query if identity is None else identity
        table = wide_linear(self.value_proj, query if value is None else value)
        if key_padding_mask is not None:
            table = table.masked_fill(key_padding_mask[..., None], 0.0)
        asking = query if query_pos is None else query + query_pos
        heads = (self.num_heads, self.num_levels, self.num_points)
        offsets = wide_linear(self.sampling_offsets, asking).unflatten(-1, (*heads, 2))
        weights = wide_linear(self.attention_weights, asking).unflatten(-1, (self.num_heads, -1))
        weights = weights.softmax(-1).view(offsets.shape[:-1])
        table = table.unflatten(-1, (self.num_heads, -1))
        places = _places(reference_points, offsets, spatial_shapes)
        attended = sample_maps(table, spatial_shapes, places, weights)
        found = wide_linear(self.output_proj, attended)
        return dropout(found, self.dropout.p, self.dropout.training) + start


def _places(references: Tensor, offsets: Tensor, shapes: Tensor) -> Tensor:
    """``references + offsets / size`` of each level, in one pass over the offsets.

    What differs between levels and (x, y) alone is repeated over the points first: pairs as the
    innermost axis take nine times as long.

    Args:
        references: (B, N, L, 2), normalised.
        offsets: (B, N, M, L, P, 2), in cells.
        shapes: (L, 2) integer (h, w).

    Returns:
        (B, N, M, L, P, 2), normalised.
    """
    points = offsets.shape[-2]
    per_cell = shapes.flip(1).to(references).reciprocal()
    per_cell = per_cell[:, None].expand(-1, points, -1).flatten()
    start = references[:, :, None, :, None].expand(-1, -1, -1, -1, points, -1).flatten(3)
    moved = torch.addcmul(start, offsets.flatten(3), per_cell)
    return moved.unflatten(3, offsets.shape[3:])

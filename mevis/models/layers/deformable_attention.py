"""Deformable attention on a CPU: each sample is a row of a table, the sum one weighted look-up.

mmcv samples whole maps on a CPU and holds every sample before it sums them, which is a quarter of
the time of a pixel decoder and most of its memory.

Shapes: B batch, N queries, M heads, D channels of a head, L levels, P points.
"""

from typing import Any

import torch
import torch.nn.functional as F
from mmcv.ops import MultiScaleDeformableAttention
from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch
from torch import Tensor

from mevis.models.layers.wide_linear import wide_linear
from mevis.registry import MODELS


@MODELS.register_module()
class TableDeformableAttention(MultiScaleDeformableAttention):
    """mmcv's module, of which inference on a CPU is about four times as fast.

    Where gradients are wanted the sampling is mmcv's, elsewhere than on a CPU all of it.  The
    arguments are mmcv's.
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
        offsets = offsets / spatial_shapes.flip(1)[:, None]
        weights = wide_linear(self.attention_weights, asking).unflatten(-1, (self.num_heads, -1))
        weights = weights.softmax(-1).view(offsets.shape[:-1])
        table = table.unflatten(-1, (self.num_heads, -1))
        if torch.is_grad_enabled():
            places = reference_points[:, :, None, :, None] + offsets
            attended = multi_scale_deformable_attn_pytorch(table, spatial_shapes, places, weights)
        else:
            attended = torch.empty_like(query)
            for index in range(len(query)):  # one at a time: samples are many times their sum
                part = slice(index, index + 1)
                places = reference_points[part, :, None, :, None] + offsets[part]
                attended[part] = sample_table(table[part], spatial_shapes, places, weights[part])
        return self.dropout(wide_linear(self.output_proj, attended)) + start


def sample_table(value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    """Multi-scale deformable attention (Deformable DETR, Eq. 3), zero outside of the maps.

    Args:
        value: (B, sum h*w, M, D), float32 or float64, on the CPU.
        shapes: (L, 2) integer (h, w).
        locations: (B, N, M, L, P, 2), normalised (x, y).
        weights: (B, N, M, L, P).

    Returns:
        (B, N, M*D).
    """
    batch, queries, heads = locations.shape[:3]
    table, first, row = _padded_table(value, shapes)
    size = shapes.flip(1)[:, None].to(locations)
    # Up to a cell outside of the map: from there on all is zero.  No index comes of a NaN; the
    # weight beside it is as bad and makes the result NaN.
    place = (locations * size).sub_(0.5).nan_to_num_()
    place = torch.maximum(torch.minimum(place, size), place.new_tensor(-1.0))
    corner = place.floor()
    right, below = (place - corner).unbind(-1)
    x, y = corner.int().unbind(-1)
    upper_left = first[:, None, :, :, None] + y * row[:, None] + x * heads
    zero = torch.zeros_like(row)
    corners = torch.stack((zero, zero + heads, row, row + heads), -1)
    low = weights * below
    high = weights - low
    shares = torch.stack((high - high * right, high * right, low - low * right, low * right), -1)
    summed = F.embedding_bag(
        (upper_left[..., None] + corners[:, None]).view(batch * queries * heads, -1),
        table,
        per_sample_weights=shares.view(batch * queries * heads, -1),
        mode='sum',
    )
    return summed.view(batch, queries, -1)


def _padded_table(value: Tensor, shapes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of the maps with a border of zeros, where they are, and how far lines are apart.

    Returns:
        (rows, D); (B, M, L) int32, the row of the cell (0, 0); (L,) int32, rows from a line of a
        map to the next.
    """
    sizes = shapes.tolist()
    maps = value.split([height * width for height, width in sizes], 1)
    # One cell before, and two after: a place at the far border has a neighbour beyond it.
    padded = [
        F.pad(one.unflatten(1, size), (0, 0, 0, 0, 1, 2, 1, 2)).flatten(1, 2)
        for one, size in zip(maps, sizes, strict=True)
    ]
    table = torch.cat(padded, 1)
    batch, cells, heads, channels = table.shape
    line = (shapes[:, 1].int() + 3) * heads
    counts = torch.tensor([0, *(one.shape[1] for one in padded[:-1])])
    level = counts.cumsum(0).int() * heads + line + heads
    video = torch.arange(batch, dtype=torch.int32)[:, None, None] * (cells * heads)
    head = torch.arange(heads, dtype=torch.int32)[:, None]
    return table.view(-1, channels), video + level + head, line

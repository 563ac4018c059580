"""Deformable attention over maps whose sizes are known when a graph is made.

mmcv's module reads the sizes from a tensor, which no graph can follow.

Shapes: B batch, N queries, M heads, D channels of a head, L levels, P points.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.ops import MultiScaleDeformableAttention
from torch import Tensor, nn


class StaticDeformableAttention(nn.Module):
    """The same computation by the layers of a module of mmcv, without padding or dropout.

    Args:
        source: The module; its layers are shared.
        shapes: (h, w) of each level.

    Raises:
        ValueError: If the module does not take batches first.
    """

    def __init__(
        self, source: MultiScaleDeformableAttention, shapes: Sequence[tuple[int, int]]
    ) -> None:
        super().__init__()
        if not source.batch_first:
            raise ValueError('only deformable attention with batch_first=True can be exported.')
        self.source = source
        self.shapes = [tuple(shape) for shape in shapes]
        self.embed_dims = source.embed_dims
        sizes = torch.tensor([(width, height) for height, width in self.shapes])
        self.register_buffer('sizes', sizes.float()[:, None], persistent=False)

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        identity: Tensor | None = None,
        query_pos: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
        reference_points: Tensor | None = None,
        **arguments: Any,
    ) -> Tensor:
        """Attends; see mmcv.  ``key_padding_mask`` is ignored: there is no padding."""
        assert reference_points is not None
        source = self.source
        heads, levels, points = source.num_heads, source.num_levels, source.num_points
        table = source.value_proj(query if value is None else value)
        table = table.unflatten(-1, (heads, -1))  # (B, sum h*w, M, D)
        asking = query if query_pos is None else query + query_pos
        offsets = source.sampling_offsets(asking).unflatten(-1, (heads, levels, points, 2))
        weights = source.attention_weights(asking).unflatten(-1, (heads, levels * points))
        weights = weights.softmax(-1).transpose(1, 2)  # (B, M, N, L*P)
        centre = reference_points[:, :, None, :, None, :2]
        if reference_points.shape[-1] == 2:
            places = centre + offsets / self.sizes
        else:
            places = centre + offsets / points * reference_points[:, :, None, :, None, 2:] * 0.5
        grid = (2 * places - 1).transpose(1, 2)  # (B, M, N, L, P, 2)
        maps = table.split([height * width for height, width in self.shapes], 1)
        samples = []
        for level, (one, shape) in enumerate(zip(maps, self.shapes, strict=True)):
            images = one.permute(0, 2, 3, 1).flatten(0, 1).unflatten(-1, shape)
            at = grid[:, :, :, level].flatten(0, 1)
            found = F.grid_sample(images, at, 'bilinear', 'zeros', align_corners=False)
            samples.append(found.unflatten(0, (-1, heads)))  # (B, M, D, N, P)
        summed = (torch.cat(samples, -1) * weights[:, :, None]).sum(-1)
        attended = source.output_proj(summed.flatten(1, 2).transpose(1, 2))
        return attended + (query if identity is None else identity)

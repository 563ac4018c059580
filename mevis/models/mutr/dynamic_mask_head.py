"""Masks from kernels that the video query writes.

Shapes: B clips, t frames, N queries, C mask channels, D channels of the head, (h, w) at stride 4.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

import torch
from torch import Tensor, nn

from mevis.models.layers import MLP
from mevis.models.layers.batch_items import batch_of, items_of
from mevis.models.layers.few_gradients import few_gradients
from mevis.models.layers.row_conv import RowConv2d, row_conv2d


class DynamicMaskHead(nn.Module):
    """Three 1x1 convolutions whose weights come from a query (CondInst).

    Besides the mask features they see where each pixel lies relative to the query's reference
    point, in pixels of the input, not normalised.

    Args:
        embed_dims: Channels of a query.
        mask_dims: Channels C of the mask features.
        head_dims: Channels D inside of the head.
        stride: Pixels of the input per cell.
        coordinate_scale: What relative coordinates are multiplied with; 1, as in the official
            code, leaves them in pixels, where their size drowns the features of a small model.

    Source: MUTR, Sec. 3.1 (ReferFormer, Sec. 3.4).
    """

    def __init__(
        self,
        embed_dims: int,
        mask_dims: int,
        head_dims: int = 8,
        stride: int = 4,
        coordinate_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.coordinate_scale = coordinate_scale
        self.shapes = [(head_dims, mask_dims + 2), (head_dims, head_dims), (1, head_dims)]
        num_weights = sum(o * i for o, i in self.shapes)
        num_biases = sum(o for o, _ in self.shapes)
        self.controller = MLP(embed_dims, embed_dims, num_weights + num_biases, 3)

    def init_weights(self) -> None:
        """Xavier weights, zero biases."""
        for layer in self.controller.layers:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def kernels(self, queries: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Weights (B, N, out, in) and biases (B, N, out) of the three layers."""
        sizes = [o * i for o, i in self.shapes] + [o for o, _ in self.shapes]
        parts = self.controller(queries).split(sizes, -1)
        weights = [
            part.unflatten(-1, shape) for part, shape in zip(parts[:3], self.shapes, strict=True)
        ]
        return list(zip(weights, parts[3:], strict=True))

    def forward(
        self,
        mask_features: Tensor,
        kernels: list[tuple[Tensor, Tensor]],
        references: Tensor,
        image_sizes: Tensor,
    ) -> Tensor:
        """Draws masks.

        Args:
            mask_features: (B, t, C, h, w).
            kernels: Of :meth:`kernels`, the same for all frames.
            references: (B, t, N, 2), (x, y) normalised by the unpadded image.
            image_sizes: (B, 2), (height, width) of the unpadded images in pixels.

        Returns:
            Mask logits, (B, t, N, h, w).
        """
        weight = kernels[0][0][..., :-2]
        seen = torch.einsum('bnoc,btchw->btnohw', weight, mask_features)
        return self._draw(seen, kernels, references, image_sizes)

    def draw_before(
        self,
        convolution: RowConv2d,
        level: Tensor,
        kernels: list[tuple[Tensor, Tensor]],
        references: Tensor,
        image_sizes: Tensor,
    ) -> Tensor:
        """The same from what the mask features are made of.

        Nothing stands between the convolution that makes them and the first layer: both are one
        convolution with as many outputs as that layer, and the mask features are never computed.

        Args:
            convolution: Makes the C mask features.
            level: (B, t, C', h, w), its input.
            kernels: Of :meth:`kernels`, the same for all frames.
            references: (B, t, N, 2).
            image_sizes: (B, 2).

        Returns:
            Mask logits, (B, t, N, h, w).
        """

        def draw(
            level: Tensor, weight: Tensor, bias: Tensor | None, places: Tensor, *parts: Tensor
        ) -> Tensor:
            of_few = list(zip(parts[::2], parts[1::2], strict=True))
            seen = _look_through(level, weight, bias, convolution.padding, of_few[0][0])
            drawn = self._draw(seen, of_few, places.transpose(1, 2), image_sizes)
            return drawn.transpose(1, 2)

        given = level, convolution.weight, convolution.bias
        queries = references.transpose(1, 2), *chain.from_iterable(kernels)
        return few_gradients(draw, given, queries).transpose(1, 2)

    def draw_chunks(
        self,
        convolution: RowConv2d,
        levels: Iterable[Tensor],
        kernels: list[tuple[Tensor, Tensor]],
        references: Tensor,
        image_sizes: Tensor,
    ) -> Iterator[Tensor]:
        """:meth:`draw_before` of levels that come a few frames at a time."""
        start = 0
        for level in levels:
            part = references[:, start : start + level.shape[1]]
            start += level.shape[1]
            yield self.draw_before(convolution, level, kernels, part, image_sizes)

    def _draw(
        self,
        seen: Tensor,
        kernels: list[tuple[Tensor, Tensor]],
        references: Tensor,
        image_sizes: Tensor,
    ) -> Tensor:
        """Masks from what the first layer sees of the mask features, (B, t, N, D, h, w)."""
        (w0, b0), (w1, b1), (w2, b2) = kernels
        x = self._add_coordinates(seen, w0, b0, references, image_sizes).relu()
        x = torch.einsum('bnoi,btnihw->btnohw', w1, x) + b1[:, None, :, :, None, None]
        x = torch.einsum('bni,btnihw->btnhw', w2[:, :, 0], x.relu())
        return x + b2[:, None, :, :, None]

    def _add_coordinates(
        self, seen: Tensor, weight: Tensor, bias: Tensor, references: Tensor, image_sizes: Tensor
    ) -> Tensor:
        """Adds what the first layer sees of the coordinates, without repeating them C times."""
        height, width = seen.shape[-2:]
        on_coordinates = weight[..., -2:] * self.coordinate_scale
        points = references * image_sizes.flip(-1)[:, None, None].to(references)
        at_points = torch.einsum('bnok,btnk->btno', on_coordinates, points)
        grid = self._pixel_centres(height, width, seen)
        at_pixels = torch.einsum('bnok,khw->bnohw', on_coordinates, grid)
        return seen + (at_points + bias[:, None])[..., None, None] - at_pixels[:, None]

    def _pixel_centres(self, height: int, width: int, like: Tensor) -> Tensor:
        """(2, h, w): x and y of each cell in pixels."""
        y = torch.arange(height, device=like.device, dtype=like.dtype) * self.stride
        x = torch.arange(width, device=like.device, dtype=like.dtype) * self.stride
        grid_y, grid_x = torch.meshgrid(y, x, indexing='ij')
        return torch.stack((grid_x, grid_y)) + self.stride // 2


def _look_through(
    level: Tensor, weight: Tensor, bias: Tensor | None, padding: tuple[int, int], kernel: Tensor
) -> Tensor:
    """What the first layer's kernel (B, N, D, C + 2) sees through a convolution before it.

    Returns:
        (B, t, N, D, h, w), of a level (B, t, C', h, w).
    """
    kernel = kernel[..., :-2]
    joined = torch.einsum('bnoc,cdyx->bnodyx', kernel, weight).flatten(1, 2)
    biases = [None] * len(joined) if bias is None else (kernel @ bias).flatten(1)
    clips = zip(items_of(level), joined, biases, strict=True)
    seen = [row_conv2d(clip, of_clip, its_bias, padding) for clip, of_clip, its_bias in clips]
    return batch_of(seen).unflatten(2, kernel.shape[1:3])

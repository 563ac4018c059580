"""Sampling of several maps at any place: each sample is a row of a table, the sum one look-up.

Shapes: B batch, N queries, M heads, D channels of a head, L levels, P points, R rows of a table.
"""

import warnings
from typing import Any

import torch
import torch.nn.functional as F
from scipy import sparse
from torch import Tensor
from torch.autograd.function import once_differentiable


def sample_maps(value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    """:func:`sample_table` one batch item at a time, with gradients where they are wanted.

    Samples are many times their sum; those of one item alone exist at once, and none is kept for
    the gradients.  Under autocast it works in float32.  The arguments are those of
    :func:`sample_table`.
    """
    dtype = torch.promote_types(value.dtype, torch.promote_types(locations.dtype, weights.dtype))
    dtype = torch.promote_types(dtype, torch.float32)
    given = value.to(dtype), shapes, locations.to(dtype), weights.to(dtype)
    if torch.is_grad_enabled():
        return _SampledMaps.apply(*given)
    return _item_by_item(*given)


def _item_by_item(value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    parts = zip(*(x.split(1) for x in (value, locations, weights)), strict=True)
    return torch.cat([sample_table(item, shapes, *rest) for item, *rest in parts])


class _SampledMaps(torch.autograd.Function):
    """Keeps the inputs alone.  The gradients are two products with the sparse matrix of shares."""

    @staticmethod
    def forward(
        ctx: Any, value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor
    ) -> Tensor:
        ctx.save_for_backward(value, shapes, locations, weights)
        return _item_by_item(value, shapes, locations, weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        value, shapes, locations, weights = ctx.saved_tensors
        gradients = []
        for item in zip(*(x.split(1) for x in (value, locations, weights, gradient)), strict=True):
            *inputs, wanted = item
            inputs = [x.detach().requires_grad_() for x in inputs]
            with torch.enable_grad():
                table, rows, shares = _look_up(inputs[0], shapes, *inputs[1:])
            outer = _gradients_of_look_up(table.detach(), rows, shares.detach(), wanted)
            gradients.append(torch.autograd.grad((table, shares), inputs, outer))
        by_value, by_places, by_weights = map(torch.cat, zip(*gradients, strict=True))
        return by_value, None, by_places, by_weights


def _gradients_of_look_up(
    table: Tensor, rows: Tensor, shares: Tensor, gradient: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of ``sum_j shares[i, j] * table[rows[i, j]]`` by the table and by the shares.

    PyTorch's own for an embedding bag sort the rows first.
    """
    count, terms = rows.shape
    gradient = gradient.reshape(count, -1)
    starts = torch.arange(0, count * terms + 1, terms, dtype=rows.dtype)
    size = (count, len(table))
    matrix = sparse.csr_matrix(
        (shares.reshape(-1).numpy(), rows.reshape(-1).numpy(), starts.numpy()), shape=size
    )
    by_table = torch.from_numpy(matrix.T @ gradient.numpy())
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', message='Sparse CSR tensor support is in beta')
        pattern = torch.sparse_csr_tensor(
            starts,
            rows.reshape(-1),
            torch.zeros_like(shares).view(-1),
            size,
            check_invariants=False,  # rows are clamped where they are made
        )
        by_shares = torch.sparse.sampled_addmm(pattern, gradient, table.t(), beta=0.0).values()
    return by_table, by_shares.view_as(shares)


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
    batch, queries = locations.shape[:2]
    table, rows, shares = _look_up(value, shapes, locations, weights)
    summed = F.embedding_bag(rows, table, per_sample_weights=shares, mode='sum')
    return summed.view(batch, queries, -1)


def _look_up(
    value: Tensor, shapes: Tensor, locations: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """What is summed: rows of a table, each by its share.

    Returns:
        The table (R, D); the rows (B*N*M, L*P*4) int32; their shares, likewise.
    """
    batch, queries, heads = locations.shape[:3]
    table, first, row = _padded_table(value, shapes)
    points = weights.shape[-1]
    # One number per level and point, so that the innermost axis of all that follows is long and
    # without strides: over pairs (x, y) the same takes twice as long.
    width, height = (size.repeat_interleave(points).to(locations) for size in shapes.flip(1).t())
    line = row.repeat_interleave(points)
    x, y = locations.flatten(3, 4).unbind(-1)
    # Up to a cell outside of the map: from there on all is zero.
    x, y = _bounded((x * width).sub_(0.5), width), _bounded((y * height).sub_(0.5), height)
    left, top = x.floor(), y.floor()
    right, below = x - left, y - top
    origin = first.repeat_interleave(points, -1)[:, None]
    upper = top.int() * line + left.int() * heads + origin
    lower = upper + line
    share = weights.flatten(3)
    low = share * below
    high = share - low
    high_right, low_right = high * right, low * right
    shares = torch.cat((high - high_right, high_right, low - low_right, low_right), -1)
    rows = torch.cat((upper, upper + heads, lower, lower + heads), -1)
    bags = (batch * queries * heads, -1)
    return table, rows.view(bags), shares.view(bags)


def _bounded(place: Tensor, most: Tensor) -> Tensor:
    """Places between -1 and ``most``; no index comes of a NaN.

    The weight beside a NaN is as bad and makes the result NaN.  On a bound the whole gradient
    passes, as mmcv gives it, hence neither ``minimum`` nor ``maximum``, which halve it.
    """
    return torch.fmin(torch.fmax(place, place.new_tensor(-1.0)), most)


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

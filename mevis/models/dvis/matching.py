"""Which query of a frame continues which of the frame before."""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

MATCHINGS = ('official', 'textbook')


def cosine_cost(reference: Tensor, embeds: Tensor, eps: float = 0.0) -> Tensor:
    """One minus the cosine between queries.

    Args:
        reference: (..., Q, C).
        embeds: (..., Q, C).
        eps: Added to each norm.

    Returns:
        (..., Q, Q): rows are of the reference; 0 where a norm is 0.
    """
    first, second = (x / (x.norm(dim=-1, keepdim=True) + eps) for x in (reference, embeds))
    return (1 - first @ second.transpose(-1, -2)).nan_to_num()


def assign(cost: Tensor, matching: str) -> Tensor:
    """The best one-to-one assignment.

    ``textbook`` puts at each place of the reference the query that continues it.  ``official`` is
    DVIS: it asks for each *query* which place of the reference it continues, and then takes the
    queries in this order, which is the inverse permutation.  The two agree only where nothing but
    pairs are swapped; official weights were trained with, and need, the inverse.

    Args:
        cost: (Q, Q) on the CPU, rows are of the reference.
        matching: ``official`` or ``textbook``.

    Returns:
        (Q,) int64.
    """
    rows = cost.T if matching == 'official' else cost
    return torch.from_numpy(linear_sum_assignment(rows.numpy())[1])


def match_frames(
    embeds: Tensor, reference: Tensor | None, matching: str, eps: float = 0.0
) -> Tensor:
    """Orders the queries of frames, one frame after the other.

    Each frame is matched with the one before *as that was ordered*.  So the costs between the
    frames as they come are all that is needed: one product, one transfer from the device, and each
    ordering permutes the rows of the next cost.

    Args:
        embeds: (T, Q, C).
        reference: (Q, C) the ordered queries of the frame before; None at the start of a video,
            where the first frame sets the order.
        matching: See :func:`assign`.
        eps: See :func:`cosine_cost`.

    Returns:
        (T, Q) int64, on the device of ``embeds``.
    """
    start = embeds[0] if reference is None else reference
    costs = cosine_cost(torch.cat((start[None], embeds[:-1])), embeds, eps)
    costs = costs.detach().cpu().double()  # numpy knows no bfloat16
    order = torch.arange(embeds.shape[1])
    orders = []
    for index, cost in enumerate(costs):
        if index > 0 or reference is not None:
            order = assign(cost[order], matching)
        orders.append(order)
    return torch.stack(orders).to(embeds.device)

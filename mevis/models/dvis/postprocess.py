"""From class and mask logits to ranked instances."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mevis.errors import UserError


@dataclass(frozen=True)
class Ranking:
    """The instances of a video, the surest first.

    Attributes:
        scores: In [0, 1], falling.
        labels: Class indices.
        queries: The query of each; one may occur under several labels.
    """

    scores: list[float]
    labels: list[int]
    queries: list[int]


def class_probabilities(*logits: Tensor) -> Tensor:
    """Probabilities of the classes: the larger one where several parts have an opinion.

    Args:
        *logits: (Q, K + 1) of a video: softmax follows the mean over frames, not the other way.

    Returns:
        (Q, K), without "no object".
    """
    return torch.stack([one.softmax(-1)[:, :-1] for one in logits]).amax(0)


def rank_instances(
    probabilities: Tensor,
    num_instances: int,
    min_score: float = 0.0,
    distinct_queries: bool = False,
) -> Ranking:
    """The best pairs of a query and a class.

    Args:
        probabilities: (Q, K).
        num_instances: At most as many.
        min_score: Pairs below are left out; 0 keeps all, as in the official code.
        distinct_queries: Whether a query counts with its best class alone, so that as many
            different masks as possible are among the pairs; not so in the official code.

    Returns:
        The pairs; there may be none.

    Raises:
        UserError: If a probability is not finite, which would be another ranking on each machine.
    """
    if not probabilities.isfinite().all():
        raise UserError(
            'the scores of its instances are not finite (NaN or infinite). The weights are damaged'
            ' or of a training that went wrong; take others.'
        )
    num_classes = probabilities.shape[1]
    if distinct_queries:
        best = probabilities.argmax(1, keepdim=True)
        # Below every score, so that ``topk`` takes these last.
        others = torch.full_like(probabilities, -1.0)
        probabilities = others.scatter(1, best, probabilities.gather(1, best))
        num_instances = min(num_instances, len(probabilities))
    count = min(num_instances, probabilities.numel())
    scores, pairs = probabilities.flatten().topk(count)
    pairs = pairs[scores >= min_score].tolist()
    return Ranking(
        scores[scores >= min_score].tolist(),
        [pair % num_classes for pair in pairs],
        [pair // num_classes for pair in pairs],
    )


def enlarge_masks(
    logits: Tensor, padded_size: Sequence[int], size: Sequence[int], out_size: Sequence[int]
) -> Tensor:
    """Mask logits at the size of the video, by two resizings with a crop between them.

    One resizing, or cropping first, gives other pixels.

    Args:
        logits: (Q, T, h, w).
        padded_size: (H, W) of the padded frames, of which they are.
        size: (H, W) of the frames without padding.
        out_size: (H, W) wanted.

    Returns:
        (Q, T, *out_size).
    """
    padded = F.interpolate(logits, tuple(padded_size), mode='bilinear', align_corners=False)
    inside = padded[..., : size[0], : size[1]]
    return F.interpolate(inside, tuple(out_size), mode='bilinear', align_corners=False)

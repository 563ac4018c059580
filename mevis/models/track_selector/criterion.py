"""What a selector is trained for.

Shapes: B videos, S sentences of each, K tracks.
"""

import torch.nn.functional as F
from torch import Tensor

from mevis.models.track_selector.track_decision import Choice


def choice_losses(
    choice: Choice, targets: Tensor, presence: Tensor, presence_weight: float
) -> dict[str, Tensor]:
    """Binary cross-entropy of each track, and of whether a sentence means anything.

    Args:
        choice: What the model says.
        targets: (B, S, K), 1 where a sentence means a track, 0 where not, negative where that is
            not known or there is no track.
        presence: (B, S), 1 where a sentence means something, 0 where not, negative if not known.
        presence_weight: Of the second loss.
    """
    return {
        'loss_tracks': _known_mean(choice.tracks, targets),
        'loss_presence': presence_weight * _known_mean(choice.presence, presence),
    }


def _known_mean(logits: Tensor, targets: Tensor) -> Tensor:
    known = targets >= 0
    losses = F.binary_cross_entropy_with_logits(logits, targets.clamp(0, 1), reduction='none')
    return (losses * known).sum() / known.sum().clamp(min=1)

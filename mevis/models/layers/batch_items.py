"""A batch as its items and back; one item alone is a view, where cutting and stacking copy.

Gradients of what was cut are copied as well, and training has one clip per batch.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def items_of(batch: Tensor) -> Sequence[Tensor]:
    """The items (...) of a batch (B, ...)."""
    return [batch.squeeze(0)] if len(batch) == 1 else batch.unbind()


def batch_of(items: Sequence[Tensor]) -> Tensor:
    """Of items (...) a batch (B, ...)."""
    return items[0][None] if len(items) == 1 else torch.stack(list(items))

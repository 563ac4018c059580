"""What a graph for another runtime takes for granted."""

import torch
from torch import Tensor


def has_padding(mask: Tensor) -> bool:
    """Whether anything is padding (True); never in a graph, whose videos come as they are."""
    return not torch.compiler.is_exporting() and bool(mask.any())


def same_in_all_frames(mask: Tensor) -> bool:
    """Whether padding (B, T, ...) is that of the first frame everywhere."""
    return torch.compiler.is_exporting() or bool((mask == mask[:, :1]).all())


def may_shortcut(training: bool = False) -> bool:
    """Whether nothing is learnt and no graph is made.

    Then buffers may be written in place, and work cut into pieces by sizes that a graph of any
    number of frames does not know.
    """
    return not (training or torch.is_grad_enabled() or torch.compiler.is_exporting())

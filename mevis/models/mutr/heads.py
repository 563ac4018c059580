"""The heads of MUTR's decoder layers, initialised."""

from torch import nn

from mevis.models.layers import MLP

# A rare object: the sigmoid of it is 0.01.
_RARE = -4.59511985013459
# A small box: added to the logits of width and height.
_SMALL = -2.0


def class_heads(embed_dims: int, num_classes: int, num_layers: int) -> nn.ModuleList:
    """One per decoder layer: queries (..., C) to class logits (..., K)."""
    heads = nn.ModuleList(nn.Linear(embed_dims, num_classes) for _ in range(num_layers))
    for head in heads:
        nn.init.constant_(head.bias, _RARE)
    return heads


def box_heads(embed_dims: int, num_layers: int) -> nn.ModuleList:
    """One per decoder layer: queries (..., C) to offsets of a reference, (..., 4)."""
    heads = nn.ModuleList(MLP(embed_dims, embed_dims, 4, 3) for _ in range(num_layers))
    for head in heads:
        nn.init.zeros_(head.layers[-1].weight)
        nn.init.zeros_(head.layers[-1].bias)
    nn.init.constant_(heads[0].layers[-1].bias[2:], _SMALL)
    return heads

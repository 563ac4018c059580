"""The query from where each instance is, when, and what it looks like (ours).

Shapes: T frames, K instances, C channels.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mevis.models.layers import MLP
from mevis.models.query_initializers.base import ImageEncoder
from mevis.models.query_initializers.instance_query import InstanceQueryInitializer
from mevis.models.query_initializers.mask_pooled import AppearancePooling
from mevis.registry import QUERY_INITIALIZERS
from mevis.structures import ClipTracks, Trajectories

# Box (4), centre (2), width and height (2), root of the area, offset of the centre (2) and of the
# size (1) from the track's own mean, visibility.
_NUM_VALUES = 13


def trajectory_values(tracks: Trajectories) -> Tensor:
    """Where tracks are, in shares of the frame.

    Returns:
        (K, T, 13): left, top, right, bottom, centre, width and height, root of the area, offsets
        of the centre and of that root from their means over the frames that show the track, and
        whether it is there; zeros where it is not.
    """
    height, width = tracks.size
    boxes = tracks.boxes / tracks.boxes.new_tensor((width, height, width, height))
    extent = boxes[..., 2:] - boxes[..., :2]
    root = (tracks.areas / (height * width)).sqrt()[..., None]
    place = torch.cat((boxes[..., :2] + extent / 2, root), -1)
    seen = tracks.visible[..., None].float()
    mean = (place * seen).sum(1, keepdim=True) / seen.sum(1, keepdim=True).clamp(min=1)
    offset = place - mean
    values = (boxes, place[..., :2], extent, root, offset)
    return torch.cat((*values, torch.ones_like(root)), -1) * seen


def time_waves(times: Tensor, num_waves: int) -> Tensor:
    """Code of times in [0, 1]: sines and cosines of periods 2, 1, 1/2, ... of the video.

    Returns:
        (T, 2 * num_waves).
    """
    frequency = math.pi * 2.0 ** torch.arange(num_waves, device=times.device)
    phase = times[:, None] * frequency
    return torch.cat((phase.sin(), phase.cos()), -1)


@QUERY_INITIALIZERS.register_module()
class TrajectoryQueryInitializer(InstanceQueryInitializer):
    """Folds trajectories into the query: one token per instance and frame.

    A token knows box, centre, area and visibility of the instance, the place of the frame in the
    video, and what the frame shows under the mask.  The tokens of the paper know neither time nor
    place, so that a track that is run through backwards is the same to them.  Frames without the
    instance give a token that says so.

    Args:
        num_queries: Number N of video queries.
        embed_dims: Channels C of a query and of the levels.
        num_waves: Sine waves that code the time.
        levels: Levels whose mean under the mask is added, 0 being the finest that the model hands
            over; none: trajectories alone.
        num_instances: Use at most K tracks, those with the highest scores.
        order: See :func:`in_order`.
        num_heads: Attention heads of the block.
        feedforward_dims: Hidden channels of the block's FFN; four times C if None.
        dropout: Of the block.
    """

    def __init__(
        self,
        num_queries: int,
        embed_dims: int,
        num_waves: int = 6,
        levels: Sequence[int] = (0, 1, 2),
        num_instances: int = 10,
        order: str = 'score',
        num_heads: int = 8,
        feedforward_dims: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            num_queries, embed_dims, num_instances, order, num_heads, feedforward_dims, dropout
        )
        self.num_waves = num_waves
        # Time and place go through it together: what moves is seen in their product.
        self.motion = MLP(_NUM_VALUES + 2 * num_waves, 2 * embed_dims, embed_dims, 2)
        self.appearance = AppearancePooling(embed_dims, levels) if levels else None
        self.norm = nn.LayerNorm(embed_dims)

    def describe(
        self, levels: list[Tensor], tracks: ClipTracks, encode: ImageEncoder
    ) -> tuple[Tensor, Tensor]:
        """See the base class; S = T."""
        shape = tracks.trajectories().to(levels[0].device)
        times = time_waves(shape.times, self.num_waves).expand(len(shape), -1, -1)
        tokens = self.motion(torch.cat((trajectory_values(shape), times), -1))
        if self.appearance is not None:
            looks = self.appearance(levels, tracks).mean(2)
            tokens = tokens + looks * shape.visible[..., None]
        nowhere = ~shape.visible.any(1, keepdim=True)
        return self.norm(tokens), nowhere.expand_as(shape.visible)

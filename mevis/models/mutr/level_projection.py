"""From backbone levels to the transformer's levels."""

from collections.abc import Sequence

from torch import Tensor, nn


class LevelProjection(nn.Module):
    """1x1 convolutions of strides 8, 16 and 32, and stride 64 from the raw stride-32 map.

    Args:
        channels: Channels of the backbone's levels of strides 8, 16 and 32.
        embed_dims: Channels C.
        num_groups: Of GroupNorm.
    """

    def __init__(self, channels: Sequence[int], embed_dims: int, num_groups: int = 32) -> None:
        super().__init__()
        groups = min(num_groups, embed_dims // 2)
        convs = [nn.Conv2d(count, embed_dims, 1) for count in channels]
        convs.append(nn.Conv2d(channels[-1], embed_dims, 3, stride=2, padding=1))
        self.projections = nn.ModuleList(
            nn.Sequential(conv, nn.GroupNorm(groups, embed_dims)) for conv in convs
        )

    def init_weights(self) -> None:
        """Xavier weights, zero biases."""
        for conv, _ in self.projections:
            nn.init.xavier_uniform_(conv.weight)
            nn.init.zeros_(conv.bias)

    def forward(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """Projects.

        Args:
            levels: Strides 8, 16 and 32, each (B, T, C_l, h, w).

        Returns:
            Strides 8, 16, 32 and 64, each (B, T, C, h, w).
        """
        inputs = [*levels, levels[-1]]
        return [
            projection(level.flatten(0, 1)).unflatten(0, level.shape[:2])
            for projection, level in zip(self.projections, inputs, strict=True)
        ]

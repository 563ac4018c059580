"""Four convolutions."""

from torch import Tensor, nn

from mevis.registry import MODELS


@MODELS.register_module()
class AcmeBackbone(nn.Module):
    """One strided convolution per level.

    Args:
        width: Channels of the finest level; each coarser one has twice as many.
    """

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.out_channels = (width, 2 * width, 4 * width, 8 * width)
        channels = (3, *self.out_channels)
        self.stages = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=4 if before == 3 else 2, padding=1)
            for before, after in zip(channels[:-1], channels[1:], strict=True)
        )

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Images (M, 3, H, W) to levels of strides 4, 8, 16 and 32."""
        levels = []
        for stage in self.stages:
            images = stage(images).relu()
            levels.append(images)
        return tuple(levels)

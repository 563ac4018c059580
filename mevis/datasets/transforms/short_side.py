"""Transforms that resize to a fixed shorter side."""

from mmcv.transforms import BaseTransform

from mevis.datasets.transforms.image_size import ROUNDINGS


class ShortSideTransform(BaseTransform):
    """What they share: the size that a frame becomes.

    Args:
        short_side: Shorter side, pixels.
        max_long_side: Bound of the longer side, pixels;
            None: unbounded.
        rounding: ``detr`` or ``detectron2``, where official DVIS weights come from.

    Raises:
        ValueError: If the rounding is not known.
    """

    def __init__(
        self, short_side: int, max_long_side: int | None = None, rounding: str = 'detr'
    ) -> None:
        if rounding not in ROUNDINGS:
            raise ValueError(f'rounding {rounding!r} is none of {", ".join(ROUNDINGS)}.')
        self.short_side = short_side
        self.max_long_side = max_long_side
        self._round = ROUNDINGS[rounding]

    def size_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size (h, w) that a frame of size (H, W) is resized to, pixels."""
        return self._round(size, self.short_side, self.max_long_side)

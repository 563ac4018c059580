"""Annotated instances of a training clip."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class ClipInstances:
    """K annotated objects in the T frames of a clip, in the form in which losses take them.

    Every object is seen in at least one frame of the clip; K = 0 is valid.

    Attributes:
        labels: (K,) int64, category indices from 0; all 0 where a dataset has no categories.
        masks: (K, T, h, w) bool at the ``img_shape`` of the clip, before padding; all False in
            frames without the object.
        ids: K ids of the objects within their dataset.
    """

    labels: Tensor
    masks: Tensor = field(repr=False)
    ids: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def present(self) -> Tensor:
        """(K, T) bool: whether the object is seen in the frame."""
        return self.masks.flatten(2).any(-1)

    def to(self, *args: Any, non_blocking: bool = False) -> 'ClipInstances':
        """The same on another device; called by data samples as the preprocessor moves them."""
        labels, masks = (
            part.to(*args, non_blocking=non_blocking) for part in (self.labels, self.masks)
        )
        return replace(self, labels=labels, masks=masks)

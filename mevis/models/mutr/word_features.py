"""Words of the expressions, as the parts of MUTR hand them on."""

from dataclasses import dataclass, replace

from torch import Tensor


@dataclass(frozen=True)
class WordFeatures:
    """Projected words.

    Attributes:
        words: (B, L, C).
        padding_mask: (B, L) bool, True = padding.
        position: (B, L, C) sine code.
    """

    words: Tensor
    padding_mask: Tensor
    position: Tensor

    def expand(self, batch: int) -> 'WordFeatures':
        """One expression for each of ``batch`` clips."""
        if self.words.shape[0] == batch:
            return self
        return replace(
            self,
            words=self.words.expand(batch, -1, -1),
            padding_mask=self.padding_mask.expand(batch, -1),
            position=self.position.expand(batch, -1, -1),
        )

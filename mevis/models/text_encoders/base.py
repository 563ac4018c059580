"""The contract of text encoders."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class TextFeatures:
    """Encoded expressions.

    Attributes:
        words: (B, L, C), one vector per token.
        padding_mask: (B, L) bool, True = padding.
    """

    words: Tensor
    padding_mask: Tensor


class TextEncoder(nn.Module, metaclass=ABCMeta):
    """Encodes expressions; the first token stands for the sentence.

    Attributes:
        embed_dims: Channels C of a token.
    """

    embed_dims: int

    @abstractmethod
    def forward(self, expressions: list[str], device: torch.device) -> TextFeatures:
        """Encodes B expressions.

        Args:
            expressions: B sentences.
            device: Where the result is wanted.

        Returns:
            Words of all of them, padded to the longest.
        """

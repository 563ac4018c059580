"""The contract of text encoders."""

import logging
from abc import ABCMeta, abstractmethod
from dataclasses import dataclass
from functools import lru_cache

import torch
from mmengine.logging import print_log
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


def encodable(expression: str) -> str:
    """The sentence with ``?`` for what is no character, such as half of a surrogate pair."""
    return expression.encode('utf-8', errors='replace').decode('utf-8')


@lru_cache(maxsize=1 << 16)
def warn_of_cut(expression: str, count: int, limit: int, unit: str, option: str) -> None:
    """Says once per sentence that its end is not read.

    Args:
        expression: The sentence.
        count: Words or tokens that it has.
        limit: Maximum number read.
        unit: ``words`` or ``tokens``.
        option: The argument that sets the limit.
    """
    print_log(
        f'{expression[:60]!r}…: {count} {unit}, of which the first {limit} are read; the rest is'
        f' cut off. Shorten the sentence ({option} of the text encoder sets the limit, before'
        ' training).',
        'current',
        logging.WARNING,
    )

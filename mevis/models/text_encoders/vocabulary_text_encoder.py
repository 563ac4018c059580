"""A text encoder that knows a list of words, and that there are others."""

import difflib

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.text_encoders.word_text_encoder import SENTENCE, WordTextEncoder, split_words
from mevis.registry import TEXT_ENCODERS

_UNKNOWN = 2


@TEXT_ENCODERS.register_module()
class VocabularyTextEncoder(WordTextEncoder):
    """One embedding per word of a list, one for every other word, and a small transformer.

    Unlike with checksums, it can be asked which words of a sentence it knows.

    Args:
        words: The list, lower case, with spaces between.
        embed_dims: Channels C.
        num_layers: Transformer layers.
        num_heads: Attention heads.
        max_words: Longer expressions are cut, with a warning.
        dropout: Of the transformer layers.
        empty_words: Words of the list that alone ask for nothing ("the", "thing").
        more_words: Further words, with a table of their own: a training that starts from weights
            without them keeps all that these knew.
    """

    def __init__(
        self,
        words: str,
        embed_dims: int = 64,
        num_layers: int = 1,
        num_heads: int = 4,
        max_words: int = 64,
        dropout: float = 0.0,
        empty_words: str = '',
        more_words: str = '',
    ) -> None:
        known = words.split()
        super().__init__(embed_dims, len(known) + 1, num_layers, num_heads, max_words, dropout)
        self.words = (*known, *more_words.split())
        self.empty_words = frozenset(empty_words.split())
        more = len(self.words) - len(known)
        self.more_embedding = nn.Embedding(more, embed_dims) if more else None
        self._ids = {word: number for number, word in enumerate(self.words, _UNKNOWN + 1)}

    def tokenize(self, expression: str) -> list[int]:
        """Ids of an expression: the sentence token, then its words."""
        words = self.read_words(expression)
        return [SENTENCE] + [self._ids.get(word, _UNKNOWN) for word in words]

    def embed(self, input_ids: Tensor) -> Tensor:
        """Vectors of token ids, (B, L, C)."""
        if self.more_embedding is None:
            return self.embedding(input_ids)
        return F.embedding(
            input_ids, torch.cat((self.embedding.weight, self.more_embedding.weight))
        )

    def unknown_words(self, expression: str) -> dict[str, list[str]]:
        """Words of an expression that it does not know -> known ones that are spelt like them."""
        unknown = [word for word in split_words(expression) if word not in self._ids]
        return {
            word: difflib.get_close_matches(word, self.words, n=3, cutoff=0.7)
            for word in unknown
            if word.isalnum()
        }

    def telling_words(self, expression: str) -> list[str]:
        """Words of an expression that it knows and that ask for something."""
        telling = self._ids.keys() - self.empty_words
        return [word for word in split_words(expression) if word in telling]

"""A text encoder that needs no download."""

import re
import zlib

import torch
from torch import Tensor, nn

from mevis.models.layers import FeedForwardBlock, SelfAttentionBlock, sine_encoding_1d
from mevis.models.text_encoders.base import TextEncoder, TextFeatures, encodable, warn_of_cut
from mevis.registry import TEXT_ENCODERS

SENTENCE, _PADDING = 0, 1
WORD = re.compile(r'[a-z0-9]+|[^\sa-z0-9]')


@TEXT_ENCODERS.register_module()
class WordTextEncoder(TextEncoder):
    """Words by hash, and a small transformer over them.

    The vocabulary is a rule, not a file: a word's embedding is that of its checksum.  For small
    models that learn language from their own data.

    Args:
        embed_dims: Channels C.
        vocab_size: Embeddings; two words share one with a chance of about 1 / ``vocab_size``.
        num_layers: Transformer layers.
        num_heads: Attention heads.
        max_words: Longer expressions are cut, with a warning.
        dropout: Of the transformer layers.
    """

    def __init__(
        self,
        embed_dims: int = 64,
        vocab_size: int = 4096,
        num_layers: int = 1,
        num_heads: int = 4,
        max_words: int = 64,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embed_dims = embed_dims
        self.vocab_size = vocab_size
        self.max_words = max_words
        self.embedding = nn.Embedding(vocab_size + 2, embed_dims)
        self.attention = nn.ModuleList(
            SelfAttentionBlock(embed_dims, num_heads, dropout) for _ in range(num_layers)
        )
        self.ffn = nn.ModuleList(
            FeedForwardBlock(embed_dims, 4 * embed_dims, dropout) for _ in range(num_layers)
        )

    def tokenize(self, expression: str) -> list[int]:
        """Ids of an expression: the sentence token, then its words."""
        words = self.read_words(expression)
        return [SENTENCE] + [zlib.crc32(word.encode()) % self.vocab_size + 2 for word in words]

    def read_words(self, expression: str) -> list[str]:
        """The words that are read: the first ``max_words``; a warning names what is not."""
        words = split_words(expression)
        if len(words) > self.max_words:
            warn_of_cut(expression, len(words), self.max_words, 'words', 'max_words')
        return words[: self.max_words]

    def embed(self, input_ids: Tensor) -> Tensor:
        """Vectors of token ids, (B, L, C)."""
        return self.embedding(input_ids)

    def encode_ids(self, input_ids: Tensor, attention_mask: Tensor) -> TextFeatures:
        """Encodes token ids (B, L); ``attention_mask`` is 1 where a token is."""
        padding = attention_mask != 1
        x = self.embed(input_ids)
        x = x + sine_encoding_1d(padding, self.embed_dims).to(x)
        for attention, ffn in zip(self.attention, self.ffn, strict=True):
            x = ffn(attention(x, key_padding_mask=padding))
        return TextFeatures(x, padding)

    def forward(self, expressions: list[str], device: torch.device) -> TextFeatures:
        """Encodes B expressions; (B, L, C)."""
        ids = [torch.tensor(self.tokenize(text)) for text in expressions]
        padded = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=_PADDING)
        padded = padded.to(device)
        return self.encode_ids(padded, (padded != _PADDING).long())


def split_words(expression: str) -> list[str]:
    """Words and signs of an expression, lower case."""
    return WORD.findall(encodable(expression).lower())

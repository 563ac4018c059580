"""Words by the letters in them."""

import torch

from mevis.models.text_encoders import TextEncoder, TextFeatures
from mevis.registry import TEXT_ENCODERS

LETTERS = 'abcdefghijklmnopqrstuvwxyz'


@TEXT_ENCODERS.register_module()
class AcmeLetterTextEncoder(TextEncoder):
    """A linear map of letter counts.

    Args:
        embed_dims: Channels C of a word.
        max_words: Words that are read; the rest is left out.
    """

    def __init__(self, embed_dims: int, max_words: int = 64) -> None:
        super().__init__()
        self.embed_dims = embed_dims
        self.max_words = max_words
        self.projection = torch.nn.Linear(len(LETTERS), embed_dims)

    def forward(self, expressions: list[str], device: torch.device) -> TextFeatures:
        """Counts and projects; (B, L, C)."""
        split = [text.lower().split()[: self.max_words] for text in expressions]
        longest = max(len(words) for words in split)
        counts = torch.zeros(len(split), longest, len(LETTERS), device=device)
        padding_mask = torch.ones(len(split), longest, dtype=torch.bool, device=device)
        for row, words in enumerate(split):
            padding_mask[row, : len(words)] = False
            for column, word in enumerate(words):
                counts[row, column] = torch.tensor([float(word.count(one)) for one in LETTERS])
        return TextFeatures(words=self.projection(counts), padding_mask=padding_mask)

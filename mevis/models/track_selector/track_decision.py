"""Which tracks a sentence means.

Shapes: B videos, S sentences of each, K tracks, N steps, L words, C channels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mevis.models.layers import MLP, CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock
from mevis.models.text_encoders.base import TextFeatures
from mevis.models.track_selector.track_encoder import attention_padding, mean_over_steps


@dataclass(frozen=True)
class Choice:
    """What sentences mean.

    Attributes:
        tracks: (B, S, K) logits, whether a sentence means a track.
        presence: (B, S) logits, whether it means anything here at all.
    """

    tracks: Tensor
    presence: Tensor


class _DecisionLayer(nn.Module):
    def __init__(self, embed_dims: int, num_heads: int, feedforward_dims: int) -> None:
        super().__init__()
        self.to_words = CrossAttentionBlock(embed_dims, num_heads)
        self.to_steps = CrossAttentionBlock(embed_dims, num_heads)
        self.among_tracks = SelfAttentionBlock(embed_dims, num_heads)
        self.ffn = FeedForwardBlock(embed_dims, feedforward_dims)

    def forward(
        self,
        x: Tensor,
        words: TextFeatures,
        steps: Tensor,
        steps_mask: Tensor,
        tracks_mask: Tensor,
    ) -> Tensor:
        batch, num_sentences, places = x.shape[:3]
        x = self.to_words(x.flatten(0, 1), words.words, key_padding_mask=words.padding_mask)
        x = x.unflatten(0, (batch, num_sentences))
        # Every track asks its own steps, all sentences at once.
        if places > 1:
            video, tracks = x[:, :, :1], x[:, :, 1:]
            own = tracks.transpose(1, 2).flatten(0, 1)
            own = self.to_steps(own, steps, key_padding_mask=steps_mask)
            tracks = own.unflatten(0, (batch, places - 1)).transpose(1, 2)
            x = torch.cat((video, tracks), 2)
        x = self.ffn(self.among_tracks(x.flatten(0, 1), key_padding_mask=tracks_mask))
        return x.unflatten(0, (batch, num_sentences))


class WordEvidence(nn.Module):
    """What each word says for or against the looks of a track, summed over the words.

    "The striped red heart" is three conditions; the logarithms of how well each is met add up.
    The layers of the decision would have to learn this product of words and appearance for every
    combination.  At the start no word says anything.

    Args:
        embed_dims: Channels C.
    """

    def __init__(self, embed_dims: int) -> None:
        super().__init__()
        self.of_looks = MLP(embed_dims, embed_dims, embed_dims, 2)
        self.of_words = nn.Linear(embed_dims, embed_dims)
        nn.init.zeros_(self.of_words.weight)
        nn.init.zeros_(self.of_words.bias)

    def forward(self, looks: Tensor, words: TextFeatures) -> Tensor:
        """(B, K, C) and the words of B x S sentences -> (B, S, K)."""
        telling = self.of_words(words.words) * ~words.padding_mask[..., None]
        sentences = telling.sum(1).unflatten(0, (len(looks), -1))
        return sentences @ self.of_looks(looks).transpose(1, 2)


class TrackDecision(nn.Module):
    """Tracks attend to the words, to their own steps and to one another.

    One more token stands for the video; whether the sentence means anything is read from it.

    Args:
        embed_dims: Channels C.
        word_dims: Channels of a word.
        num_layers: Layers.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels.
        with_looks: Whether there are tokens of the looks of tracks.
    """

    def __init__(
        self,
        embed_dims: int,
        word_dims: int,
        num_layers: int,
        num_heads: int,
        feedforward_dims: int,
        with_looks: bool = False,
    ) -> None:
        super().__init__()
        self.evidence = WordEvidence(embed_dims) if with_looks else None
        self.word_projection = nn.Linear(word_dims, embed_dims)
        self.video_token = nn.Parameter(torch.zeros(embed_dims))
        self.layers = nn.ModuleList(
            _DecisionLayer(embed_dims, num_heads, feedforward_dims) for _ in range(num_layers)
        )
        self.track_head = MLP(embed_dims, embed_dims, 1, 2)
        self.presence_head = MLP(embed_dims, embed_dims, 1, 2)

    def forward(
        self, steps: Tensor, valid: Tensor, words: TextFeatures, looks: Tensor | None = None
    ) -> Choice:
        """Decides.

        Args:
            steps: (B, K, N, C), encoded tracks; K = 0 is allowed.
            valid: (B, K, N) bool.
            words: Of B x S sentences, video after video.
            looks: (B, K, C), the mean looks of each track, as no layer has mixed them with its
                motion yet; None without looks.

        Returns:
            Logits; those of tracks without a valid step are meaningless.
        """
        batch = len(steps)
        words = TextFeatures(self.word_projection(words.words), words.padding_mask)
        sentences = words.words[:, 0].unflatten(0, (batch, -1))
        tracks = mean_over_steps(steps, valid)
        if looks is not None:
            tracks = tracks + looks
        video = self.video_token.expand(batch, 1, -1)
        x = torch.cat((video, tracks), 1)[:, None] + sentences[:, :, None]
        present = torch.cat((valid.new_ones(batch, 1), valid.any(-1)), 1)
        tracks_mask = (~present).repeat_interleave(sentences.shape[1], 0)
        steps_mask = attention_padding(valid.flatten(0, 1))
        for layer in self.layers:
            x = layer(x, words, steps.flatten(0, 1), steps_mask, tracks_mask)
        chosen = self.track_head(x[:, :, 1:])[..., 0]
        if looks is not None and self.evidence is not None:
            chosen = chosen + self.evidence(looks, words)
        return Choice(chosen, self.presence_head(x[:, :, 0])[..., 0])

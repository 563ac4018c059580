"""What MUTR knows of a video, finds for an expression, and answers.

Shapes: B clips, T frames, N queries, L words, C channels, (h, w) cells of a level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from mevis.models.mutr.deformable_transformer import EncodedFrames
from mevis.models.mutr.time_codes import TimeCodes
from mevis.models.mutr.word_features import WordFeatures

if TYPE_CHECKING:
    from mevis.models.mutr.mutr import MUTR


@dataclass(frozen=True)
class VideoFeatures:
    """What no expression changes.

    Attributes:
        levels: Projected levels of strides 8, 16, 32 and 64, each (B, T, C, h, w).
        masks: Their padding, each (B, T, h, w) bool.
        finest: Stride-4 tokens after they looked at all frames, (B, T, h, w, C).
        finest_mask: (B, T, h, w) bool.
        initial_query: (B, N, C).
        time_codes: Codes of the frames' times; None in an official model.
        image_sizes: (B, 2), (height, width) without padding.
    """

    levels: list[Tensor]
    masks: list[Tensor]
    finest: Tensor
    finest_mask: Tensor
    initial_query: Tensor
    time_codes: TimeCodes | None
    image_sizes: Tensor


@dataclass(frozen=True)
class Grounding:
    """What one expression finds in the clips, before masks are drawn.

    Attributes:
        words: Words of the B expressions.
        encoded: Encoder memory of the frames.
        frame_queries: (layers, B, T, N, C).
        references: Initial (B, T, N, 2), then one (B, T, N, 4) after each layer.
        video_queries: (layers, B, N, C) in training, (1, B, N, C), of the last layer, in testing.
    """

    words: WordFeatures
    encoded: EncodedFrames
    frame_queries: Tensor
    references: list[Tensor]
    video_queries: Tensor


@dataclass(frozen=True)
class MUTRAnswer:
    """What MUTR says to one expression; masks are drawn for the query that is asked for.

    Attributes:
        model: The model.
        video: The encoded clips.
        grounding: What the expression found.
        layer: Decoder layer whose heads and references are used.
    """

    model: 'MUTR'
    video: VideoFeatures
    grounding: Grounding
    layer: int

    @property
    def pred_logits(self) -> Tensor:
        """Class logits, (B, N, K), the same for all frames."""
        return self.model.class_heads[self.layer](self.grounding.video_queries[-1])

    @property
    def pred_boxes(self) -> Tensor:
        """Boxes (B, T, N, 4), cxcywh."""
        return self.model.boxes(self.grounding, self.layer)

    @property
    def scores(self) -> Tensor:
        """Confidence of each query, (B, N)."""
        return self.pred_logits.sigmoid().amax(-1)

    def mask_logits(self, query: int) -> Iterator[Tensor]:
        """Masks of one query, (B, t, h, w) at stride 4, chunk after chunk of frames."""
        for masks in self.masks_of(slice(query, query + 1)):
            yield masks[:, :, 0]

    def masks_of(self, queries: slice) -> Iterator[Tensor]:
        """Masks of some queries, (B, t, n, h, w) at stride 4, chunk after chunk of frames."""
        head = self.model.mask_head
        kernels = head.kernels(self.grounding.video_queries[-1][:, queries])
        references = self.grounding.references[self.layer + 1][:, :, queries, :2]
        start = 0
        for features in self.model.mask_features(self.video, self.grounding):
            part = references[:, start : start + features.shape[1]]
            start += features.shape[1]
            yield head(features, kernels, part, self.video.image_sizes)

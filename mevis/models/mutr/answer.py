"""What MUTR knows of some clips, finds for an expression, and answers.

Shapes: B clips, T frames, N queries, L words, C channels, (h, w) cells of a level.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from mevis.models.clip_inference import ClipPlan
from mevis.models.mutr.deformable_transformer import EncodedFrames
from mevis.models.mutr.dynamic_mask_head import DynamicMaskHead
from mevis.models.mutr.time_codes import TimeCodes
from mevis.models.mutr.word_features import WordFeatures


@dataclass(frozen=True)
class ClipFeatures:
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
class ClipAnswer:
    """What MUTR says to one expression about B clips; masks are drawn for what is asked for.

    Attributes:
        grounding: What the expression found.
        pred_logits: Class logits, (B, N, K), the same for all frames.
        pred_boxes: Boxes (B, T, N, 4), cxcywh in [0, 1].
        references: Where the mask head looks from, (B, T, N, 2).
        mask_head: Draws masks.
        features: Gives what mask features are made of, (B, t, C, h, w), chunk after chunk of
            frames.
        mask_features: The convolution that makes them.
        image_sizes: (B, 2), (height, width) without padding.
    """

    grounding: Grounding
    pred_logits: Tensor
    pred_boxes: Tensor
    references: Tensor
    mask_head: DynamicMaskHead = field(repr=False)
    features: Callable[[], Iterator[Tensor]] = field(repr=False)
    mask_features: nn.Conv2d = field(repr=False)
    image_sizes: Tensor

    @property
    def scores(self) -> Tensor:
        """Confidence of each query, (B, N)."""
        return self.pred_logits.sigmoid().amax(-1)

    def mask_logits(self, queries: Tensor) -> Iterator[Tensor]:
        """Masks of one query per clip, (B,) int64: (B, t, h, w) at stride 4, chunk after chunk."""
        clips = torch.arange(len(queries), device=queries.device)
        kernel = self.grounding.video_queries[-1][clips, queries][:, None]
        reference = self.references.transpose(1, 2)[clips, queries][:, :, None]
        for masks in self._draw(kernel, reference):
            yield masks[:, :, 0]

    def all_mask_logits(self) -> Iterator[Tensor]:
        """Masks of all queries, (B, t, N, h, w) at stride 4, chunk after chunk of frames."""
        return self._draw(self.grounding.video_queries[-1], self.references)

    def _draw(self, queries: Tensor, references: Tensor) -> Iterator[Tensor]:
        kernels = self.mask_head.kernels(queries)
        return self.mask_head.draw_chunks(
            self.mask_features, self.features(), kernels, references, self.image_sizes
        )


@dataclass(frozen=True)
class VideoFeatures:
    """A test video, cut into clips and encoded.

    Attributes:
        clips: What no expression changes.
        plan: Which frames form which clip.
        size: (H, W) of the original frames.
    """

    clips: ClipFeatures
    plan: ClipPlan
    size: tuple[int, int]

"""MUTR in two graphs: what the video decides, once, and what a sentence decides, for each.

Shapes: B clips, T frames, N queries, L tokens, C channels, (H, W) pixels, (h, w) at stride 4.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from mmcv.ops import MultiScaleDeformableAttention
from torch import Tensor, nn

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.models.export.static_attention import StaticDeformableAttention
from mevis.models.mutr.answer import ClipFeatures, Grounding
from mevis.models.mutr.mutr import MUTR
from mevis.models.mutr.time_codes import TimeCodes

LEVELS = ('stride8', 'stride16', 'stride32', 'stride64')


class MUTRGraph(nn.Module):
    """What both graphs share.

    Args:
        model: A copy that may be changed, see :func:`exportable`.
        size: (H, W) of the frames.
    """

    def __init__(self, model: MUTR, size: tuple[int, int]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer('image_size', torch.tensor([size]), persistent=False)

    def features(
        self, levels: Sequence[Tensor], finest: Tensor, query: Tensor, times: Tensor | None
    ) -> ClipFeatures:
        """Clips without padding."""
        batch, frames = finest.shape[:2]
        for level in levels:  # said here, since the graph's sizes are letters that may differ
            torch._check(level.shape[0] == batch)
            torch._check(level.shape[1] == frames)
        torch._check(query.shape[0] == batch)
        if times is not None:
            torch._check(times.shape[0] == batch)
            torch._check(times.shape[1] == frames)
        masks = [_nothing(level[:, :, 0]) for level in levels]
        codes = None
        if self.model.time_encoding is not None:
            codes = TimeCodes.of(self.model.time_encoding, times)
        sizes = self.image_size.expand(batch, -1)
        mask = _nothing(finest[..., 0])
        return ClipFeatures(list(levels), masks, finest, mask, query, codes, sizes)


class VideoGraph(MUTRGraph):
    """Frames to what no sentence changes."""

    outputs = (*LEVELS, 'finest', 'initial_query')

    def forward(self, frames: Tensor, times: Tensor | None = None) -> tuple[Tensor, ...]:
        """Encodes clips.

        Args:
            frames: (B, T, 3, H, W) uint8, RGB.
            times: (B, T) float, places of the frames in the video; for models that use time.

        Returns:
            Levels of strides 8 to 64, each (B, T, C, h, w); stride-4 tokens (B, T, h, w, C); the
            initial query (B, N, C).
        """
        model = self.model
        batch, count = frames.shape[:2]
        images = model.data_preprocessor.normalize(frames)
        clips = isinstance(model.backbone, ClipBackbone)
        found = model.backbone(images if clips else images.flatten(0, 1))
        finest, *coarser = (level.unflatten(0, (batch, count)) for level in found)
        levels = model.level_projection(coarser)
        lateral = model.pixel_decoder.lateral(0, finest)
        mask = _nothing(lateral[:, :, 0])
        position = model.transformer.position(mask)
        if model.time_encoding is not None:
            codes = TimeCodes.of(model.time_encoding, times)
            position = position + codes.pixel_decoder[..., None, None]
        tokens = model.pixel_decoder.look_at_frames(lateral, position, mask)
        query = model.query_initializer(levels, [None], encode=None)
        return (*levels, tokens, query + torch.zeros_like(query))  # an output of its own


class SentenceGraph(MUTRGraph):
    """A sentence, and what the first graph gave, to the answer."""

    outputs = ('scores', 'mask_logits')

    def forward(
        self,
        input_ids: Tensor,
        stride8: Tensor,
        stride16: Tensor,
        stride32: Tensor,
        stride64: Tensor,
        finest: Tensor,
        initial_query: Tensor,
        times: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Answers.

        Args:
            input_ids: (1, L) int64, the tokens of one sentence.
            stride8: Of :class:`VideoGraph`, as the others.
            stride16: Likewise.
            stride32: Likewise.
            stride64: Likewise.
            finest: Likewise.
            initial_query: Likewise.
            times: As there.

        Returns:
            Scores of the queries (B, N) in [0, 1], and mask logits (B, T, h, w) at stride 4 of the
            query that answers.
        """
        model = self.model
        video = self.features([stride8, stride16, stride32, stride64], finest, initial_query, times)
        tokens = model.text_encoder.encode_ids(input_ids, torch.ones_like(input_ids))
        words = model.word_projection(tokens.words, tokens.padding_mask)
        words = words.__class__(
            *(x.expand(finest.shape[0], *(-1,) * (x.dim() - 1)) for x in vars(words).values())
        )
        grounding = model.ground(video, words)
        layer = 0 if model.eval_layer == 'first' else len(model.class_heads) - 1
        queries = grounding.video_queries[-1]
        scores = model.class_heads[layer](queries).sigmoid().amax(-1)
        ranked = scores
        if model.clip_query == 'shared':
            ranked = scores.mean(0, keepdim=True).expand_as(scores)
        best = ranked.argmax(-1)
        chosen = nn.functional.one_hot(best, scores.shape[1]).to(queries)
        query = (queries * chosen[..., None]).sum(1, keepdim=True)
        references = grounding.references[layer + 1][..., :2]
        reference = (references * chosen[:, None, :, None]).sum(2, keepdim=True)
        kernels = model.mask_head.kernels(query)
        features = self._mask_features(video, grounding)
        masks = model.mask_head(features, kernels, reference, video.image_sizes)
        return scores, masks[:, :, 0]

    def _mask_features(self, video: ClipFeatures, grounding: Grounding) -> Tensor:
        """Mask features of all frames at once, (B, T, C, h, w); see ``fine_levels``."""
        decoder, size = self.model.pixel_decoder, video.finest.shape[:2]
        fine, *places = map(self.model.transformer.position, (video.finest_mask, *video.masks[:3]))
        memory = [level.unflatten(0, size) for level in grounding.encoded.levels()[:3]]
        codes = video.time_codes and video.time_codes.pixel_decoder
        attended = decoder.look_at_memory(memory, places, video.masks[:3], None, codes)
        coarser = decoder.top_down(memory, places, attended, grounding.words)
        level = decoder.finish(video.finest, fine, coarser, grounding.words)
        return decoder.mask_features(level.flatten(0, 1)).unflatten(0, size)


def exportable(model: MUTR, size: tuple[int, int]) -> MUTR:
    """A copy of a model whose deformable attention knows the sizes of its maps.

    Args:
        model: In evaluation mode, on the CPU.
        size: (H, W) of the frames.
    """
    changed = copy.deepcopy(model)
    changed.chunk_size = None
    shapes, points = _geometry_of(changed, size)
    for name, module in list(changed.named_modules()):
        if isinstance(module, MultiScaleDeformableAttention):
            parent, _, child = name.rpartition('.')
            setattr(changed.get_submodule(parent), child, StaticDeformableAttention(module, shapes))

    def reference_points(spatial_shapes: Any, valid_ratios: Tensor, device: Any) -> Tensor:
        return points.expand(valid_ratios.shape[0], -1, -1, -1)

    changed.transformer.encoder.get_encoder_reference_points = reference_points
    return changed


@torch.no_grad()
def _geometry_of(model: MUTR, size: tuple[int, int]) -> tuple[list[tuple[int, int]], Tensor]:
    """(h, w) of the levels of the encoder, and where its queries look from: (1, S, levels, 2)."""
    frames = torch.zeros(1, 1, 3, *size, dtype=torch.uint8)
    images = model.data_preprocessor.normalize(frames)
    clips = isinstance(model.backbone, ClipBackbone)
    _, *coarser = model.backbone(images if clips else images[0])
    levels = model.level_projection([level[None] for level in coarser])
    shapes = [tuple(level.shape[-2:]) for level in levels]
    points = model.transformer.encoder.get_encoder_reference_points(
        torch.tensor(shapes), torch.ones(1, len(shapes), 2), device='cpu'
    )
    return shapes, points


def _nothing(like: Tensor) -> Tensor:
    """Padding of which there is none."""
    return torch.zeros_like(like, dtype=torch.bool)

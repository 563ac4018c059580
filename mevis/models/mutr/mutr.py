"""MUTR: frames and a sentence to the masks of what it means.

Shapes: B clips, T frames, N queries, L words, C channels, (h, w) cells of a level.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from mmdet.models.layers import inverse_sigmoid
from torch import Tensor

from mevis.errors import UserError
from mevis.models.clip_inference import CLIP_ORDERS, clip_samples, plan_clips
from mevis.models.frame_levels import frame_levels, join_levels, level_chunks
from mevis.models.frame_windows import FrameWindows
from mevis.models.layers.frame_chunks import frames_at_once
from mevis.models.mutr.answer import ClipFeatures, Grounding, VideoFeatures
from mevis.models.mutr.clip_queries import CLIP_QUERIES
from mevis.models.mutr.clip_tracks import clip_tracks
from mevis.models.mutr.criterion import MUTRCriterion
from mevis.models.mutr.deformable_transformer import DeformableTransformer
from mevis.models.mutr.dynamic_mask_head import DynamicMaskHead
from mevis.models.mutr.fine_levels import fine_levels
from mevis.models.mutr.heads import box_heads, class_heads
from mevis.models.mutr.level_projection import LevelProjection
from mevis.models.mutr.pixel_decoder import CrossModalPixelDecoder
from mevis.models.mutr.targets import clip_targets
from mevis.models.mutr.temporal_aggregation import TemporalAggregation
from mevis.models.mutr.temporal_interaction import TemporalInteraction
from mevis.models.mutr.time_codes import TimeCodes
from mevis.models.mutr.video_answering import VideoAnswering
from mevis.models.mutr.vision_language_block import nearest_mask
from mevis.models.mutr.vision_language_fusion import VisionLanguageFusion, WordProjection
from mevis.models.mutr.word_features import WordFeatures
from mevis.models.query_initializers.base import build_query_initializer
from mevis.registry import MODELS, TEXT_ENCODERS
from mevis.structures import RefVidSegDataSample


@MODELS.register_module()
class MUTR(VideoAnswering):
    """Multi-modal temporal transformer.

    Args:
        backbone: Config of the backbone; levels of strides 4, 8, 16 and 32.
        text_encoder: Config of the text encoder.
        data_preprocessor: Config of the preprocessor.
        criterion: Arguments of :class:`MUTRCriterion`.
        query_initializer: Config of what the video query starts from.
        refiner: Config of the mask refiner.
        backbone_channels: Channels of the backbone's levels; read from its ``out_channels`` if
            None.
        embed_dims: Channels C.
        num_queries: Queries N, of a frame and of the video.
        num_classes: Class logits; official models trained without ``--binary`` have 65.
        num_heads: Attention heads everywhere.
        feedforward_dims: Hidden channels of the FFNs.
        transformer: Further arguments of :class:`DeformableTransformer`.
        temporal_interaction: Further arguments of :class:`TemporalInteraction`.
        mask_dims: Channels of the mask features.
        mask_head_dims: Channels inside of the mask head.
        coordinate_scale: See :class:`DynamicMaskHead`.
        dropout: Of the deformable transformer and the pixel decoder.
        word_dropout: Of the projected words.
        temporal_position: Whether MTA, MTI and the pixel decoder are told when a frame was.
            Official weights know no such codes; added to them they change nothing until trained.
        eval_layer: ``first``: in testing, heads and references of the first decoder layer meet the
            queries of the last, as official figures were made; ``last``: those of the last.
        chunk_size: Most frames that are worked on at a time in testing; large ones are fewer on a
            CPU.
        clip_length: None: a video is tested as one clip.  T: as clips of at most T frames, of which
            MTA, MTI and the pixel decoder see one at a time.
        clip_order: ``interleaved``, each clip spans the video, for models trained with a global
            frame sampler; ``consecutive``.  See :func:`plan_clips`.
        clip_query: ``shared``: the clips of a video answer by one query, the best on average;
            ``own``: each by its own best, as Tapall's solution of 2024 does; ``joint``: MTI looks
            once more, at the frame queries of all clips, and its best query answers in all of
            them; ``joint_choice``: that MTI chooses only, and each clip answers by its own query
            of that number, Tapall's ``--no_sampling``.  One clip answers the same in every way.
        windows: None: a video is tested as a whole.  Arguments of :class:`FrameWindows`: it is
            tested in windows, each of which is cut into clips as a video is, so that memory does
            not grow with the video.  What is of one sentence and one window, the chosen query and
            the presence, may then change in the course of a video.
        mask_threshold: A pixel belongs to the object above this probability.
        keep_candidates: Whether predictions hold the masks of all queries, for average precision;
            not with ``windows``, whose query changes.
        track_source: Config of what finds tracks in videos whose dataset has none.
        presence_threshold: See :class:`BaseRefVidSegmentor`; the presence is the score here.
        recompute: Whether training computes the insides of encoder layers and of the pixel decoder
            again for the gradients instead of keeping them: less memory, more time, equal results.
        init_cfg: Of mmengine.

    Source: Yan et al., "Referred by Multi-Modality: A Unified Temporal Transformer for Video Object
    Segmentation", AAAI 2024, Sec. 3.
    """

    def __init__(
        self,
        backbone: Mapping[str, Any],
        text_encoder: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        criterion: Mapping[str, Any],
        query_initializer: Mapping[str, Any],
        refiner: Mapping[str, Any],
        backbone_channels: Sequence[int] | None = None,
        embed_dims: int = 256,
        num_queries: int = 5,
        num_classes: int = 1,
        num_heads: int = 8,
        feedforward_dims: int = 2048,
        transformer: Mapping[str, Any] | None = None,
        temporal_interaction: Mapping[str, Any] | None = None,
        mask_dims: int = 256,
        mask_head_dims: int = 8,
        coordinate_scale: float = 1.0,
        dropout: float = 0.1,
        word_dropout: float = 0.1,
        temporal_position: bool = False,
        eval_layer: str = 'first',
        chunk_size: int = 8,
        clip_length: int | None = None,
        clip_order: str = 'interleaved',
        clip_query: str = 'shared',
        windows: Mapping[str, Any] | None = None,
        mask_threshold: float = 0.5,
        keep_candidates: bool = False,
        track_source: Mapping[str, Any] | None = None,
        presence_threshold: float = 0.0,
        recompute: bool = False,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(
            data_preprocessor, refiner, track_source, chunk_size, presence_threshold, init_cfg
        )
        if eval_layer not in ('first', 'last'):
            raise ValueError(f'eval_layer {eval_layer!r} is neither "first" nor "last".')
        for key, value, known in (
            ('clip_order', clip_order, CLIP_ORDERS),
            ('clip_query', clip_query, CLIP_QUERIES),
        ):
            if value not in known:
                raise ValueError(f'{key} {value!r}: one of {", ".join(known)}.')
        self.eval_layer = eval_layer
        self.clip_length = clip_length
        self.clip_order = clip_order
        self.clip_query = clip_query
        self.windows = None if windows is None else FrameWindows(**windows)
        self.mask_threshold = mask_threshold
        if keep_candidates and windows is not None:
            raise UserError(
                'model.keep_candidates and model.windows: a video tested in windows has no masks of'
                ' one query. Leave one of them out.'
            )
        self.keep_candidates = keep_candidates
        self.recompute = recompute
        self.backbone = MODELS.build(backbone)
        channels = tuple(backbone_channels or self.backbone.out_channels)
        self.text_encoder = TEXT_ENCODERS.build(text_encoder)
        self.query_initializer = build_query_initializer(
            query_initializer, num_queries, embed_dims, channels
        )
        self.word_projection = WordProjection(
            self.text_encoder.embed_dims, embed_dims, word_dropout
        )
        self.level_projection = LevelProjection(channels[1:], embed_dims)
        self.fusion = VisionLanguageFusion(embed_dims, num_heads)
        self.temporal_aggregation = TemporalAggregation(embed_dims, num_heads, feedforward_dims)
        self.transformer = DeformableTransformer(
            embed_dims,
            num_levels=len(channels),
            num_queries=num_queries,
            num_heads=num_heads,
            feedforward_dims=feedforward_dims,
            dropout=dropout,
            **(transformer or {}),
        )
        self.transformer.encoder.recompute = recompute
        self.temporal_interaction = TemporalInteraction(
            num_queries,
            embed_dims,
            num_heads=num_heads,
            feedforward_dims=feedforward_dims,
            **(temporal_interaction or {}),
        )
        self.pixel_decoder = CrossModalPixelDecoder(
            channels[0], embed_dims, mask_dims, num_heads, feedforward_dims, dropout
        )
        num_layers = self.transformer.decoder.num_layers
        self.class_heads = class_heads(embed_dims, num_classes, num_layers)
        self.box_heads = box_heads(embed_dims, num_layers)
        self.mask_head = DynamicMaskHead(
            embed_dims, mask_dims, mask_head_dims, coordinate_scale=coordinate_scale
        )
        self.time_encoding = TimeCodes.encoder(embed_dims) if temporal_position else None
        self.criterion = MUTRCriterion(**criterion)
        for part in (self.transformer, self.pixel_decoder, self.mask_head, self.level_projection):
            part.init_weights()

    # What the video alone decides ------------------------------------------------------------

    def encode_video(self, video: Tensor, sample: RefVidSegDataSample) -> VideoFeatures:
        """Cuts a video into clips and encodes them; see the base class."""
        plan = plan_clips(len(video), self.clip_length, self.clip_order)
        clips = video[plan.frames.to(video.device)]
        no_padding = torch.zeros(
            *clips.shape[:2], *clips.shape[-2:], dtype=torch.bool, device=clips.device
        )
        features = self.encode_clips(clips, no_padding, clip_samples(plan, sample))
        return VideoFeatures(features, plan, tuple(sample.ori_shape))

    def encode_clips(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> ClipFeatures:
        """Computes what no expression changes.

        Args:
            clips: (B, T, 3, h, w), normalised float or uint8.
            padding_mask: (B, T, h, w) bool, True = padding.
            samples: B samples; of them the frames' times and the instances are used.
        """
        lateral, *levels = self._projected_levels(clips)
        masks = [nearest_mask(padding_mask, level.shape[-2:]) for level in levels]
        finest_mask = nearest_mask(padding_mask, lateral.shape[-2:])
        codes = self._time_codes(samples, clips.device)
        normalize = self.data_preprocessor.normalize
        tracks = [clip_tracks(*pair, normalize) for pair in zip(clips, samples, strict=True)]
        position = self.transformer.position(finest_mask)
        if codes is not None:
            position = position + codes.pixel_decoder[..., None, None]
        return ClipFeatures(
            levels=levels,
            masks=masks,
            finest=self.pixel_decoder.look_at_frames(
                lateral, position, finest_mask, self._frames_at_once(clips)
            ),
            finest_mask=finest_mask,
            initial_query=self.query_initializer(levels, tracks, encode=self._encode_images),
            time_codes=codes,
            image_sizes=torch.tensor([tuple(x.img_shape) for x in samples], device=clips.device),
        )

    def _projected_levels(self, clips: Tensor) -> list[Tensor]:
        """Levels of strides 4 to 64 at the model's width; the backbone's own are not kept."""

        def project(levels: Sequence[Tensor]) -> list[Tensor]:
            finest, *coarser = (level[None] for level in levels)
            projected = self.level_projection(coarser)
            return [level[0] for level in (self.pixel_decoder.lateral(0, finest), *projected)]

        normalize = self.data_preprocessor.normalize
        chunks = level_chunks(self.backbone, clips, normalize, self._frames_at_once(clips[:1]))
        return join_levels(map(project, chunks), clips.shape[:2])

    def encode_frames(self, clips: Tensor) -> list[Tensor]:
        """Runs the backbone on clips (B, T, 3, h, w); see :func:`frame_levels`."""
        size = self._frames_at_once(clips[:1])
        return frame_levels(self.backbone, clips, self.data_preprocessor.normalize, size)

    def _encode_images(self, images: Tensor) -> Sequence[Tensor]:
        """The backbone as query initializers call it: images (M, 3, H, W) -> levels."""
        return [level[:, 0] for level in self.encode_frames(images[:, None])]

    def _time_codes(
        self, samples: Sequence[RefVidSegDataSample], device: torch.device
    ) -> TimeCodes | None:
        if self.time_encoding is None:
            return None
        times = torch.tensor([sample.frame_indices for sample in samples], device=device)
        return TimeCodes.of(self.time_encoding, times.float())

    def _frames_at_once(self, clips: Tensor, stride: int = 1) -> int | None:
        """See :func:`frames_at_once`; all in training."""
        return frames_at_once(None if self.training else self.chunk_size, clips, stride)

    # What the expression decides -------------------------------------------------------------

    def ground(self, video: ClipFeatures, words: WordFeatures) -> Grounding:
        """Looks for what the words mean."""
        codes, chunk_size = video.time_codes, self._frames_at_once(video.finest_mask, 4)
        aggregated = self.temporal_aggregation(
            words, video.levels, video.masks, codes and codes.temporal_aggregation
        )
        batch, frames = video.levels[0].shape[:2]
        sentence = aggregated[:, :1].expand(-1, frames, -1).flatten(0, 1)
        encoded = self.transformer.encode(
            video.levels, video.masks, chunk_size, lambda level: self.fusion(level, words)
        )
        queries, initial, references = self.transformer.decode(
            sentence, encoded, self.box_heads, chunk_size and chunk_size * batch
        )
        queries = queries.unflatten(1, (batch, frames))
        return Grounding(
            words=words,
            encoded=encoded,
            frame_queries=queries,
            references=[r.unflatten(0, (batch, frames)) for r in (initial, *references)],
            video_queries=self._video_queries(queries, video),
        )

    def _video_queries(self, frame_queries: Tensor, video: ClipFeatures) -> Tensor:
        """MTI: of every decoder layer in training, of the last alone in testing."""
        codes = video.time_codes and video.time_codes.temporal_interaction
        layers = frame_queries if self.training else frame_queries[-1:]
        count = len(layers)
        query = self.temporal_interaction(
            layers.flatten(0, 1),
            video.initial_query.repeat(count, 1, 1),
            None if codes is None else codes.repeat(count, 1, 1),
        )
        return query.unflatten(0, (count, -1))

    def boxes(self, grounding: Grounding, layer: int) -> Tensor:
        """Boxes of a decoder layer, (B, T, N, 4) cxcywh in [0, 1]."""
        reference = inverse_sigmoid(grounding.references[layer])
        offset = self.box_heads[layer](grounding.frame_queries[layer])
        if reference.shape[-1] == 2:
            reference = torch.cat((reference, torch.zeros_like(reference)), -1)
        return (offset + reference).sigmoid()

    def fine_levels(self, video: ClipFeatures, grounding: Grounding) -> Iterator[Tensor]:
        """What mask features are made of; see :func:`fine_levels`."""
        parts = self.pixel_decoder, self.transformer.position
        again = self.recompute and self.training
        chunk_size = self._frames_at_once(video.finest_mask, 4)
        return fine_levels(*parts, video, grounding, chunk_size, again)

    def loss(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> dict[str, Tensor]:
        """Losses of B clips, each with one expression; see the base class."""
        video = self.encode_clips(clips, padding_mask, samples)
        words = self.encode_text([sample.expressions[0].text for sample in samples])
        return self.criterion(
            self.predict_layers(video, words), clip_targets(samples, clips.shape[-2:])
        )

    def predict_layers(self, video: ClipFeatures, words: WordFeatures) -> list[dict[str, Tensor]]:
        """What each decoder layer answers, as the criterion takes it (training)."""
        grounding = self.ground(video, words)
        masks = self._masks_of_layers(video, grounding)
        frames = masks[0].shape[1]
        return [
            dict(
                pred_logits=self.class_heads[i](query)[:, None].expand(-1, frames, -1, -1),
                pred_boxes=self.boxes(grounding, i),
                pred_masks=masks[i],
            )
            for i, query in enumerate(grounding.video_queries)
        ]

    def _masks_of_layers(self, video: ClipFeatures, grounding: Grounding) -> Sequence[Tensor]:
        """Mask logits (B, T, N, h, w) of each decoder layer; all are drawn at once."""
        queries = torch.cat(list(grounding.video_queries), 1)
        after = grounding.references[1 : 1 + len(grounding.video_queries)]
        references = torch.cat([places[..., :2] for places in after], 2)
        masks = self.mask_head.draw_chunks(
            self.pixel_decoder.mask_features,
            self.fine_levels(video, grounding),
            self.mask_head.kernels(queries),
            references,
            video.image_sizes,
        )
        return torch.cat(list(masks), 1).split(grounding.video_queries.shape[2], 2)

    def encode_text(self, expressions: Sequence[str]) -> WordFeatures:
        """Words of the expressions, projected."""
        device = self.word_projection.linear.weight.device
        features = self.text_encoder(list(expressions), device)
        return self.word_projection(features.words, features.padding_mask)

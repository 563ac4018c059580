"""What every referring video segmentor shares: losses in, answers out.

Shapes: B clips, S clips of one video, T frames of a clip, (h, w) frames of the pipeline,
(H, W) original frames.
"""

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import Tensor

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.models.clip_inference import plan_clips
from mevis.registry import MODELS, REFINERS
from mevis.structures import (
    ExpressionPrediction,
    RefineContext,
    RefVidSegDataSample,
    encode_rle,
)


class Answer(Protocol):
    """What a model says to one expression about S clips.

    Attributes:
        scores: (S, N), confidence of each query in [0, 1].
    """

    scores: Tensor

    def mask_logits(self, query: int) -> Iterator[Tensor]:
        """Masks of one query, chunk after chunk of frames: (S, t, h/4, w/4) each."""


class BaseRefVidSegmentor(BaseModel, metaclass=ABCMeta):
    """Base of the segmentors: the backbone's calls, inference and the refiner's slot.

    A model adds three methods: ``loss``, ``encode_video`` (what depends on the video alone: called
    once per video) and ``answer`` (what depends on the expression).

    Args:
        backbone: Config of a backbone of images or clips.
        data_preprocessor: Config of the preprocessor.
        refiner: Config of the mask refiner.
        chunk_size: Frames that are worked on at a time in testing, where frames do not meet; it
            bounds memory and changes no result.
        clip_length: None: a video is tested as one clip.  T: as interleaved clips of about T
            frames (see ``plan_clips``), for models trained with a global frame sampler.
        mask_threshold: A pixel belongs to the object above this probability.
        init_cfg: Of mmengine.
    """

    def __init__(
        self,
        backbone: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        refiner: Mapping[str, Any],
        chunk_size: int = 8,
        clip_length: int | None = None,
        mask_threshold: float = 0.5,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(data_preprocessor=dict(data_preprocessor), init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.refiner = REFINERS.build(refiner)
        self.chunk_size = chunk_size
        self.clip_length = clip_length
        self.mask_threshold = mask_threshold

    @abstractmethod
    def loss(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> dict[str, Tensor]:
        """Losses of B clips, each with one expression.

        Args:
            clips: (B, T, 3, h, w), normalised.
            padding_mask: (B, T, h, w) bool, True = padding.
            samples: B samples with ``gt_masks``.
        """

    @abstractmethod
    def encode_video(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> Any:
        """Computes what no expression changes.

        Args:
            clips: (B, T, 3, h, w), normalised float or uint8.
            padding_mask: (B, T, h, w) bool, True = padding.
            samples: B samples; of them the frames' times and the instances are used.
        """

    @abstractmethod
    def answer(self, video: Any, expression: str) -> Answer:
        """Answers one expression about the clips of one encoded video."""

    def forward(
        self,
        inputs: Any,
        data_samples: Sequence[RefVidSegDataSample] | None = None,
        mode: str = 'tensor',
        padding_mask: Tensor | None = None,
    ) -> Any:
        """Runs the model as the engine asks.

        Args:
            inputs: ``loss``: clips (B, T, 3, h, w); ``predict``: videos, each (T, 3, h, w) uint8.
            data_samples: One per clip or video.
            mode: ``loss`` or ``predict``.
            padding_mask: ``loss``: (B, T, h, w) bool, True = padding.

        Returns:
            Losses by name, or the samples with ``predictions``.

        Raises:
            ValueError: If the mode is another one.
        """
        if mode == 'loss':
            return self.loss(inputs, padding_mask, data_samples)
        if mode == 'predict':
            return [self._predict(*pair) for pair in zip(inputs, data_samples, strict=True)]
        raise ValueError(f'mode {mode!r}: a video segmentor knows "loss" and "predict".')

    def encode_frames(self, clips: Tensor) -> list[Tensor]:
        """Runs the backbone; in testing a few frames at a time.

        Args:
            clips: (B, T, 3, h, w), normalised, or uint8 and then normalised chunk by chunk.

        Returns:
            Four levels, each (B, T, C, h, w).
        """
        if isinstance(self.backbone, ClipBackbone):
            levels = self.backbone(self._normalized(clips))
        else:
            images = clips.flatten(0, 1)
            size = len(images) if self.training else self.chunk_size
            chunks = [self.backbone(self._normalized(part)) for part in images.split(size)]
            levels = [torch.cat(parts) for parts in zip(*chunks, strict=True)]
        return [level.unflatten(0, clips.shape[:2]) for level in levels]

    def _normalized(self, frames: Tensor) -> Tensor:
        if frames.dtype == torch.uint8:
            return self.data_preprocessor.normalize(frames)
        return frames

    def _predict(self, video: Tensor, sample: RefVidSegDataSample) -> RefVidSegDataSample:
        plan = plan_clips(len(video), self.clip_length)
        clips = video[plan.frames.to(video.device)]
        no_padding = torch.zeros(
            *clips.shape[:2], *clips.shape[-2:], dtype=torch.bool, device=clips.device
        )
        encoded = self.encode_video(clips, no_padding, self._clip_samples(plan.frames, sample))
        predictions = []
        for expression in sample.expressions:
            answer = self.answer(encoded, expression.text)
            scores = answer.scores.mean(0)
            query = int(scores.argmax())
            logits = plan.join(torch.cat(list(answer.mask_logits(query)), 1))
            rles = self._finish_masks(logits, sample, expression.exp_id)
            score = float(scores[query])
            predictions.append(
                ExpressionPrediction(expression.exp_id, expression.text, rles, score)
            )
        sample.predictions = predictions
        return sample

    @staticmethod
    def _clip_samples(frames: Tensor, sample: RefVidSegDataSample) -> list[RefVidSegDataSample]:
        """One sample per clip of the video, with its frames' times and instances."""
        clips = []
        for positions in frames.tolist():
            indices = [sample.frame_indices[position] for position in positions]
            clip = RefVidSegDataSample(
                metainfo=dict(
                    frame_indices=indices,
                    num_video_frames=sample.num_video_frames,
                    img_shape=sample.img_shape,
                )
            )
            if 'instances' in sample:
                clip.instances = sample.instances
            clips.append(clip)
        return clips

    def _finish_masks(
        self, logits: Tensor, sample: RefVidSegDataSample, exp_id: str
    ) -> list[dict[str, Any]]:
        """Mask logits (T, h/4, w/4) to RLEs at the original size, a few frames at a time."""
        rles: list[dict[str, Any]] = []
        for start in range(0, len(logits), self.chunk_size):
            chunk = logits[start : start + self.chunk_size, None].float()
            chunk = F.interpolate(
                chunk, size=tuple(sample.ori_shape), mode='bilinear', align_corners=False
            )
            masks = chunk[:, 0].sigmoid() > self.mask_threshold
            rles += encode_rle(self._refine(masks, start, sample, exp_id).cpu().numpy())
        return rles

    def _refine(
        self, masks: Tensor, start: int, sample: RefVidSegDataSample, exp_id: str
    ) -> Tensor:
        def read(positions: list[int]) -> Any:
            return sample.read_frames([start + position for position in positions])

        names = sample.frame_names[start : start + len(masks)]
        return self.refiner(read, masks, RefineContext(sample.video, exp_id, names))

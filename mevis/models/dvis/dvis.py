"""DVIS: every instance of a video, by parts that segment, track and refine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from mmengine.logging import MessageHub
from mmengine.model import BaseModel
from torch import Tensor

from mevis.errors import UserError
from mevis.models.dvis.feature_store import FEATURE_STORES
from mevis.models.dvis.frame_queries import TrackState
from mevis.models.dvis.instance_stream import InstanceStream
from mevis.models.dvis.online_instances import OnlineInstances
from mevis.models.dvis.postprocess import Ranking, rank_instances
from mevis.models.dvis.segmenter import FrameSegmenter
from mevis.models.dvis.set_criterion import SetCriterion
from mevis.models.dvis.training_stages import (
    ClipTarget,
    FrameStage,
    RefineStage,
    TrackStage,
    TrainingStage,
)
from mevis.registry import MODELS
from mevis.structures import InstanceMasks, RefVidSegDataSample


@MODELS.register_module()
class DVIS(BaseModel):
    """A segmenter of frames, a tracker from frame to frame, a refiner of whole videos.

    ======================  ====================  =====================
    model                   tracker               refiner
    ======================  ====================  =====================
    MinVIS                  ``QueryMatcher``      ``NoTemporalRefiner``
    DVIS online             ``ReferringTracker``  ``NoTemporalRefiner``
    DVIS offline            ``ReferringTracker``  ``TemporalRefiner``
    ======================  ====================  =====================

    They are trained in this order, each from the weights of the one before; what is not new in a
    model is frozen.

    Args:
        segmenter: Arguments of :class:`FrameSegmenter`.
        tracker: Config of the tracker.
        refiner: Config of the temporal refiner.
        data_preprocessor: Config of the preprocessor.
        num_classes: Classes K.
        embed_dims: Channels C of a query.
        num_instances: Instances of a video, at most.
        min_score: Less sure instances are left out; official figures take all.
        distinct_queries: Whether each instance has a mask of its own; official figures take the
            best pairs of a query and a class, in which a query may occur several times.
        window_size: Frames that are segmented at a time; None for all at once.
        mask_features: Where mask features wait for the end of the video: ``disk``, ``memory`` or
            ``recompute``; see :mod:`~mevis.models.dvis.feature_store`.
        num_points: Points of a frame at which masks are compared in training.
        guided_share: Share of the training in which objects are matched to what the frozen parts
            say of them.
        train_window: Frames that frozen parts segment at a time in the training of the refiner.
        init_cfg: Of mmengine.

    Raises:
        ValueError: If the parts do not go together.

    Source: Zhang et al., "DVIS: Decoupled Video Instance Segmentation Framework", ICCV 2023.
    """

    def __init__(
        self,
        segmenter: Mapping[str, Any],
        tracker: Mapping[str, Any],
        refiner: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        num_classes: int,
        embed_dims: int = 256,
        num_instances: int = 10,
        min_score: float = 0.0,
        distinct_queries: bool = False,
        window_size: int | None = 3,
        mask_features: str = 'disk',
        num_points: int = 12544,
        guided_share: float = 0.5,
        train_window: int = 21,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(data_preprocessor=dict(data_preprocessor), init_cfg=init_cfg)
        if mask_features not in FEATURE_STORES:
            known = ', '.join(FEATURE_STORES)
            raise ValueError(f'mask_features {mask_features!r} is none of {known}.')
        sizes = dict(num_classes=num_classes, embed_dims=embed_dims)
        self.segmenter = FrameSegmenter(**{**sizes, **segmenter})
        self.tracker = MODELS.build(tracker, default_args=sizes)
        self.refiner = MODELS.build(refiner, default_args=sizes)
        if self.refiner.needs_memory and not hasattr(self.tracker, 'remember'):
            raise ValueError(
                f'{type(self.refiner).__name__} looks frames up in what the tracker remembers of'
                f' them; {type(self.tracker).__name__} remembers nothing: use ReferringTracker.'
            )
        self.num_instances = num_instances
        self.min_score = min_score
        self.distinct_queries = distinct_queries
        self.window_size = window_size
        self.mask_features = mask_features
        self.guided_share = guided_share
        head = self.segmenter.head
        self.criterion = SetCriterion(head.loss_cls, head.loss_mask, head.loss_dice, num_points)
        self.stage = self._stage(train_window)
        for part in self.stage.frozen:
            part.requires_grad_(False)

    def _stage(self, train_window: int) -> TrainingStage:
        if self.refiner.needs_memory:
            parts = (self.segmenter, self.tracker, self.refiner, self.criterion)
            return RefineStage(*parts, window_size=train_window)
        if hasattr(self.tracker, 'remember'):
            return TrackStage(self.segmenter, self.tracker, self.criterion)
        return FrameStage(self.segmenter, self.criterion)

    def train(self, mode: bool = True) -> 'DVIS':
        """Sets the mode; frozen parts stay in evaluation mode."""
        super().train(mode)
        for part in self.stage.frozen:
            part.eval()
        return self

    def prepare(self, frames: Tensor) -> Tensor:
        """Normalises and pads frames (T, 3, h, w) uint8 to (T, 3, H, W)."""
        return self.data_preprocessor.stack([frames])[0][0]

    def stream(self, state: TrackState | None = None) -> InstanceStream:
        """Opens a video that is fed window by window.

        Args:
            state: ``state`` of an earlier stream, whose tracks continue: the official ``keep``.
        """
        parts = (self.prepare, self.segmenter, self.tracker, self.refiner)
        return InstanceStream(*parts, self._rank, self.mask_features, state)

    def online(self) -> OnlineInstances:
        """Opens a video that is answered frame by frame.

        Raises:
            UserError: If the model refines its tracks after the last frame.
        """
        if self.refiner.needs_memory:
            raise UserError(
                f'{type(self.refiner).__name__} looks at all frames of a video before it answers'
                ' any (DVIS offline). Name a config of DVIS online or MinVIS for a video that still'
                ' goes on.'
            )
        return OnlineInstances(self.prepare, self.segmenter, self.tracker, self._rank)

    @property
    def _rank(self) -> Callable[[Tensor], Ranking]:
        return partial(
            rank_instances,
            num_instances=self.num_instances,
            min_score=self.min_score,
            distinct_queries=self.distinct_queries,
        )

    def segment(self, windows: Iterable[Tensor], out_size: tuple[int, int]) -> InstanceMasks:
        """Finds the instances of a video.

        Args:
            windows: Frames (t, 3, h, w) uint8 RGB, in order; read as they are needed.
            out_size: (H, W) of the masks.

        Raises:
            UserError: If there is no frame, or frames are of different sizes.
        """
        with self.stream() as stream:
            for frames in windows:
                stream.feed(frames)
            return stream.instances(out_size)

    def forward(
        self,
        inputs: Sequence[Tensor] | Tensor,
        data_samples: Sequence[RefVidSegDataSample],
        padding_mask: Tensor | None = None,
        mode: str = 'predict',
    ) -> list[RefVidSegDataSample] | dict[str, Tensor]:
        """Losses of clips, or the instances of videos.

        Args:
            inputs: In training (B, T, 3, H, W), normalised and padded; in testing per video its
                frames (T, 3, h, w) uint8.
            data_samples: With ``gt_instances`` in training, with ``ori_shape`` in testing.
            padding_mask: Unused: padding is attended to, as in the official code.
            mode: ``loss`` or ``predict``.

        Returns:
            Losses by name, or the samples with ``pred_instances``.

        Raises:
            ValueError: If the mode is another one.
            UserError: If the sizes of the frames differ, or scores are not finite.
        """
        if mode == 'loss':
            size = inputs.shape[-2:]
            targets = [ClipTarget.of(sample.gt_instances, size) for sample in data_samples]
            return self.stage.losses(inputs, targets, self._guided())
        if mode != 'predict':
            raise ValueError(f'mode {mode!r} is neither "loss" nor "predict".')
        for frames, sample in zip(inputs, data_samples, strict=True):
            windows = frames.split(self.window_size or max(1, len(frames)))
            try:
                sample.pred_instances = self.segment(windows, tuple(sample.ori_shape))
            except UserError as error:
                weights = getattr(self, 'weights_file', 'its weights')
                raise UserError(f'video {sample.video} by DVIS with {weights}: {error}') from error
        return list(data_samples)

    def _guided(self) -> bool:
        """Whether training is still in its guided share; always so outside of the engine."""
        hub = MessageHub.get_current_instance()
        if hub.get_info('max_iters') is None:
            return True
        return hub.get_info('iter') < self.guided_share * hub.get_info('max_iters')

    def init_weights(self) -> None:
        """Initialises the segmenter by its own rules, tracker and refiner by Xavier."""
        super().init_weights()
        for part in (self.tracker, self.refiner):
            for parameter in part.parameters():
                if parameter.dim() > 1:
                    torch.nn.init.xavier_uniform_(parameter)

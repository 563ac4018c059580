"""DVIS: every instance of a video, by parts that segment, track and refine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModel
from torch import Tensor

from mevis.models.dvis.feature_store import FEATURE_STORES
from mevis.models.dvis.frame_queries import TrackState
from mevis.models.dvis.instance_stream import InstanceStream
from mevis.models.dvis.segmenter import FrameSegmenter
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

    Args:
        segmenter: Arguments of :class:`FrameSegmenter`.
        tracker: Config of the tracker.
        refiner: Config of the temporal refiner.
        data_preprocessor: Config of the preprocessor.
        num_classes: Classes K.
        embed_dims: Channels C of a query.
        num_instances: Instances of a video, at most.
        min_score: Less sure instances are left out; official figures take all.
        window_size: Frames that are segmented at a time; None for all at once.
        mask_features: Where mask features wait for the end of the video: ``disk``, ``memory`` or
            ``recompute``; see :mod:`~mevis.models.dvis.feature_store`.
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
        window_size: int | None = 3,
        mask_features: str = 'disk',
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
        self.window_size = window_size
        self.mask_features = mask_features

    def prepare(self, frames: Tensor) -> Tensor:
        """Normalises and pads frames (T, 3, h, w) uint8 to (T, 3, H, W)."""
        return self.data_preprocessor.stack([frames])[0][0]

    def stream(self, state: TrackState | None = None) -> InstanceStream:
        """Opens a video that is fed window by window.

        Args:
            state: ``state`` of an earlier stream, whose tracks go on: the official ``keep``.
        """
        return InstanceStream(self, state)

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
        inputs: Sequence[Tensor],
        data_samples: Sequence[RefVidSegDataSample],
        mode: str = 'predict',
    ) -> list[RefVidSegDataSample]:
        """Predicts the instances of videos.

        Args:
            inputs: Per video its frames (T, 3, h, w) uint8.
            data_samples: Per video a sample, of which ``ori_shape`` is used.
            mode: ``predict``.

        Returns:
            The samples with ``pred_instances``.

        Raises:
            NotImplementedError: For another mode.
        """
        if mode != 'predict':
            raise NotImplementedError(f'mode {mode!r}: only "predict".')
        for frames, sample in zip(inputs, data_samples, strict=True):
            windows = frames.split(self.window_size or max(1, len(frames)))
            sample.pred_instances = self.segment(windows, tuple(sample.ori_shape))
        return list(data_samples)

    def init_weights(self) -> None:
        """Initialises the segmenter by its own rules, tracker and refiner by Xavier."""
        super().init_weights()
        for part in (self.tracker, self.refiner):
            for parameter in part.parameters():
                if parameter.dim() > 1:
                    torch.nn.init.xavier_uniform_(parameter)

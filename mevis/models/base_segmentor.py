"""What every referring video segmentor shares: losses in, answers out.

Shapes: B clips, T frames, (h, w) frames of the pipeline, (H, W) original frames.
"""

import math
from abc import ABCMeta, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from mmengine.model import BaseModel
from torch import Tensor

from mevis.errors import UserError
from mevis.models.answer_stream import AnswerStream
from mevis.registry import REFINERS, TRACK_SOURCES
from mevis.structures import (
    Candidate,
    Expression,
    ExpressionPrediction,
    RefineContext,
    RefVidSegDataSample,
    VideoFrames,
    encode_rle,
)


class Answer(Protocol):
    """What a model says to one expression about one video.

    Attributes:
        score: Confidence in the masks, in [0, 1].
        presence: Probability that the expression means anything in this video, in [0, 1].
    """

    score: float
    presence: float

    def masks(self) -> Iterator[Tensor]:
        """Masks of the T frames in their order, chunk by chunk: (t, H, W) bool each.

        Raises:
            FloatingPointError: If they follow from numbers that are not finite; names these.
        """


class BaseRefVidSegmentor(BaseModel, metaclass=ABCMeta):
    """Base of the segmentors: inference, and the slots of tracks and of the mask refiner.

    A model adds three methods: ``loss``, ``encode_video`` (what depends on the video alone: called
    once per video) and ``answer`` (what depends on the expression).

    Args:
        data_preprocessor: Config of the preprocessor.
        refiner: Config of the mask refiner.
        track_source: Config of what finds instance tracks in videos whose dataset has none;
            ``NoTracks`` if None.
        chunk_size: Frames that are worked on at a time in testing, where frames do not meet; it
            bounds memory and changes no result.
        presence_threshold: An expression whose ``presence`` is below gets empty masks.
        init_cfg: Of mmengine.

    Attributes:
        needs_tracks: Whether a video of which nobody knows tracks is an error in testing; one in
            which none were found is not.
    """

    needs_tracks = False

    def __init__(
        self,
        data_preprocessor: Mapping[str, Any],
        refiner: Mapping[str, Any],
        track_source: Mapping[str, Any] | None = None,
        chunk_size: int = 8,
        presence_threshold: float = 0.0,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(data_preprocessor=dict(data_preprocessor), init_cfg=init_cfg)
        self.refiner = REFINERS.build(refiner)
        self.track_source = TRACK_SOURCES.build(track_source or dict(type='NoTracks'))
        self.chunk_size = chunk_size
        self.presence_threshold = presence_threshold

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
    def encode_video(self, video: Tensor, sample: RefVidSegDataSample) -> Any:
        """Computes what no expression changes; called once per video.

        Args:
            video: (T, 3, h, w) uint8.
            sample: Its sample, with the frames' times and ``instances``.
        """

    @abstractmethod
    def answer(self, video: Any, expression: str) -> Answer:
        """Answers one expression about an encoded video."""

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
            UserError: If an answer is not finite, which would else be empty masks, or the tracks
                that the model needs are not there.
        """
        if mode == 'loss':
            return self.loss(inputs, padding_mask, data_samples)
        if mode == 'predict':
            return [self._predict(*pair) for pair in zip(inputs, data_samples, strict=True)]
        raise ValueError(f'mode {mode!r}: a video segmentor knows "loss" and "predict".')

    def _predict(self, video: Tensor, sample: RefVidSegDataSample) -> RefVidSegDataSample:
        has_tracks = 'instances' in sample or getattr(self.track_source, 'finds_any', True)
        if self.needs_tracks and not has_tracks:
            raise UserError(
                f'{sample.video}: {type(self).__name__} has no instance tracks to choose among.'
                ' Name them (test_dataloader.dataset.instance_masks_dir=DIR) or what finds them'
                ' (model.track_source.type=...).'
            )
        self._find_tracks(sample)
        predictions = self._predictions(video, sample)
        sample.predictions = self._refined(predictions, sample, has_tracks)
        return sample

    def _predictions(
        self, video: Tensor, sample: RefVidSegDataSample
    ) -> list[ExpressionPrediction]:
        """Answers all expressions; what was encoded is gone when the refiner needs its memory."""
        encoded = self.encode_video(video, sample)
        return [
            self._prediction(self.answer(encoded, expression.text), expression, sample)
            for expression in sample.expressions
        ]

    def _find_tracks(self, sample: RefVidSegDataSample) -> None:
        """Asks the source of tracks where the dataset has none."""
        if 'instances' in sample:
            return
        frames = VideoFrames(
            sample.video,
            sample.frame_names,
            tuple(sample.ori_shape),
            sample.read_frames if 'read_frames' in sample else _unreadable,
            sample.frame_indices,
        )
        found = self.track_source(frames)
        sample.instances = found.spread(sample.frame_indices, sample.num_video_frames)

    def _prediction(
        self, answer: Answer, expression: Expression, sample: RefVidSegDataSample
    ) -> ExpressionPrediction:
        where = f'video {sample.video}, expression {expression.exp_id}'
        return ExpressionPrediction(
            expression.exp_id,
            expression.text,
            self.drawn_rles(answer, where),
            answer.score,
            answer.presence,
            tuple(
                Candidate(self.drawn_rles(other, where), other.score)
                for other in getattr(answer, 'candidates', ())  # few models keep them
            ),
        )

    def drawn_rles(self, answer: Answer, where: str) -> list[dict[str, Any]]:
        """The masks of an answer; empty ones below the presence threshold.

        Args:
            answer: The answer.
            where: Which video and expression it is about, for the error.

        Raises:
            UserError: If the answer is not finite, which would else be empty masks.
        """
        rles: list[dict[str, Any]] = []
        means_something = answer.presence >= self.presence_threshold
        try:
            if not (math.isfinite(answer.score) and math.isfinite(answer.presence)):
                raise FloatingPointError('score')
            for masks in answer.masks():
                rles += encode_rle((masks if means_something else masks & False).cpu().numpy())
        except FloatingPointError as error:
            weights = getattr(self, 'weights_file', 'the weights')
            raise UserError(
                f'{where}: the {error} of'
                f' {type(self).__name__} with {weights} is not finite (NaN or infinite). The'
                ' weights are damaged or of a training that went wrong; take others.'
            ) from error
        return rles

    def stream(self, name: str = 'stream') -> AnswerStream:
        """Opens a video whose frames come one after another.

        Args:
            name: Of the video, for errors.

        Raises:
            UserError: If the model can only answer a video of which all frames are there.
        """
        raise UserError(
            f'{type(self).__name__} answers whole videos only. MUTR with windows (--cfg-options'
            ' model.windows.length=24 model.windows.overlap=8) and a TrackSelector among the tracks'
            ' of an online DVIS answer while a video goes on; see docs/guides/streaming.md.'
        )

    def _refined(
        self,
        predictions: Sequence[ExpressionPrediction],
        sample: RefVidSegDataSample,
        has_tracks: bool,
    ) -> list[ExpressionPrediction]:
        """All expressions at once, so that a refiner encodes a frame once for all of them."""
        context = RefineContext(
            sample.video,
            [prediction.exp_id for prediction in predictions],
            list(sample.frame_names),
            tuple(sample.ori_shape),
            [prediction.text for prediction in predictions],
            [prediction.score for prediction in predictions],
            sample.instances.at(sample.frame_indices) if has_tracks else None,
        )
        read = sample.read_frames if 'read_frames' in sample else _unreadable
        refined = self.refiner(read, [prediction.rles for prediction in predictions], context)
        return [
            prediction.with_rles(rles)
            for prediction, rles in zip(predictions, refined, strict=True)
        ]


def _unreadable(positions: Sequence[int]) -> Any:
    raise ValueError('the sample has no read_frames: test with LoadClipFrames or LoadResizedFrames')

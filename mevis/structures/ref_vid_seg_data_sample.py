"""RefVidSegDataSample: what travels from datasets through models to evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from mmengine.structures import BaseDataElement
from torch import Tensor

from mevis.structures.clip_instances import ClipInstances
from mevis.structures.instance_masks import InstanceMasks
from mevis.structures.trajectories import Trajectories


@dataclass(frozen=True)
class Expression:
    """One sentence about one video.

    Attributes:
        exp_id: Its id within the video; scores are keyed by (video, exp_id), never by the text.
        text: The sentence.
        anno_ids: Annotated objects that it means; empty: a sentence without a target.
        tags: Kinds of sentence, for break-downs ("motion-only", ...).
        has_truth: Whether the split carries annotations for it.
    """

    exp_id: str
    text: str
    anno_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    has_truth: bool = True


@dataclass(frozen=True)
class Candidate:
    """One of several masks that a model had to choose from.

    Attributes:
        rles: As in :class:`ExpressionPrediction`.
        score: Confidence in the masks, in [0, 1].
    """

    rles: list[dict[str, Any]] = field(repr=False)
    score: float


@dataclass(frozen=True)
class ExpressionPrediction:
    """What the model answers to one expression.

    Attributes:
        exp_id: The expression.
        text: Its sentence.
        rles: One COCO RLE per frame of the video, at the original size.
        score: Confidence in the masks, in [0, 1].
        presence: Probability that the expression means anything in this video, in [0, 1].
        candidates: All masks that the model chose from, the chosen one too, as average precision
            asks for them; () unless it was told to keep them.  They are neither stored nor refined.
    """

    exp_id: str
    text: str
    rles: list[dict[str, Any]] = field(repr=False)
    score: float
    presence: float = 1.0
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)

    def with_rles(self, rles: Sequence[Mapping[str, Any]]) -> 'ExpressionPrediction':
        """The same answer with other masks."""
        return replace(self, rles=list(rles))


class RefVidSegDataSample(BaseDataElement):
    """A training clip with one expression, or a test video with all its expressions.

    Meta information (``set_metainfo``), for T frames of the sample:
        video (str): Name of the video.
        frame_names (list[str]): T names, without extension.
        frame_indices (list[int]): T indices into the frames of the video.  They are the *time* of
            a frame (unit: frames of the video), however the clip was sampled.
        num_video_frames (int): Frames of the whole video.
        ori_shape (tuple[int, int]): (height, width) of the frames on disk.
        img_shape (tuple[int, int]): (height, width) after the pipeline, before padding.
        flip (bool): Whether the clip was mirrored.
        expressions (list[Expression]): One in training, all of the video in testing.

    Data fields:
        gt_masks (Tensor): (T, h, w) bool, union of the expression's objects at ``img_shape``
            (training only).
        instances (InstanceMasks): Instance tracks of the video, where the dataset has them.
        trajectories (Trajectories): Where the tracks of the video are, where the dataset has no
            pixels.
        gt_choice (Tensor): (S, K) float, which of the tracks each expression means: 1, 0, or
            negative where that is open (training of track selection only).
        gt_instances (ClipInstances): Annotated objects of the clip at ``img_shape`` (training of
            instance segmentation only).
        gt_tracks (InstanceMasks): Annotated objects of the video, one RLE per frame of the sample
            at ``ori_shape`` (testing of instance segmentation, where the split has ground truth).
        pred_instances (InstanceMasks): Tracks that an instance segmentor found, scores falling,
            one RLE (or None) per frame of the sample at ``ori_shape``; K = 0 is valid.
        read_frames (Callable[[list[int]], np.ndarray]): Positions within the sample -> original
            frames (n, H, W, 3), uint8 RGB, read when called (testing only).
        predictions (list[ExpressionPrediction]): What the model answered, one per expression.
        gt_rles (dict[str, list]): Expression id -> one RLE, or None, per frame at ``ori_shape``
            (testing, where the split has ground truth).
    """

    @property
    def gt_masks(self) -> Tensor:
        """(T, h, w) bool."""
        return self._gt_masks

    @gt_masks.setter
    def gt_masks(self, value: Tensor) -> None:
        self.set_field(value, '_gt_masks', dtype=Tensor)

    @property
    def instances(self) -> InstanceMasks:
        """Instance tracks of the video."""
        return self._instances

    @instances.setter
    def instances(self, value: InstanceMasks) -> None:
        self.set_field(value, '_instances', dtype=InstanceMasks)

    @property
    def trajectories(self) -> Trajectories:
        """Tracks without pixels."""
        return self._trajectories

    @trajectories.setter
    def trajectories(self, value: Trajectories) -> None:
        self.set_field(value, '_trajectories', dtype=Trajectories)

    @property
    def gt_choice(self) -> Tensor:
        """(S, K): which tracks are meant."""
        return self._gt_choice

    @gt_choice.setter
    def gt_choice(self, value: Tensor) -> None:
        self.set_field(value, '_gt_choice', dtype=Tensor)

    @property
    def gt_instances(self) -> ClipInstances:
        """Annotated objects of a training clip."""
        return self._gt_instances

    @gt_instances.setter
    def gt_instances(self, value: ClipInstances) -> None:
        self.set_field(value, '_gt_instances', dtype=ClipInstances)

    @property
    def gt_tracks(self) -> InstanceMasks:
        """Annotated objects of a test video."""
        return self._gt_tracks

    @gt_tracks.setter
    def gt_tracks(self, value: InstanceMasks) -> None:
        self.set_field(value, '_gt_tracks', dtype=InstanceMasks)

    @property
    def pred_instances(self) -> InstanceMasks:
        """Tracks that a model found."""
        return self._pred_instances

    @pred_instances.setter
    def pred_instances(self, value: InstanceMasks) -> None:
        self.set_field(value, '_pred_instances', dtype=InstanceMasks)

    @property
    def read_frames(self) -> Callable[[list[int]], np.ndarray]:
        """Reads original frames."""
        return self._read_frames

    @read_frames.setter
    def read_frames(self, value: Callable[[list[int]], np.ndarray]) -> None:
        self.set_field(value, '_read_frames')

    @property
    def predictions(self) -> list[ExpressionPrediction]:
        """Answers of the model."""
        return self._predictions

    @predictions.setter
    def predictions(self, value: list[ExpressionPrediction]) -> None:
        self.set_field(value, '_predictions', dtype=list)

    @property
    def gt_rles(self) -> dict[str, list[dict[str, Any] | None]]:
        """Ground truth of a test video."""
        return self._gt_rles

    @gt_rles.setter
    def gt_rles(self, value: dict[str, list[dict[str, Any] | None]]) -> None:
        self.set_field(value, '_gt_rles', dtype=dict)

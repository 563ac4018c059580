"""What each stage of DVIS learns from a batch of clips, with everything before it frozen.

B clips of T frames; objects of a clip keep one query for all of its frames.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.dvis.frame_queries import FrameQueries, mask_logits
from mevis.models.dvis.referring_tracker import ReferringTracker
from mevis.models.dvis.segmenter import FrameSegmenter
from mevis.models.dvis.set_criterion import Match, SetCriterion, SetPrediction, SetTarget
from mevis.models.dvis.temporal_refiner import TemporalRefiner
from mevis.structures import ClipInstances

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class ClipTarget:
    """The objects of a clip.

    Attributes:
        labels: (n,) int64.
        masks: (n, T, H, W) float, padded like the frames.
    """

    labels: Tensor
    masks: Tensor

    @classmethod
    def of(cls, instances: ClipInstances, padded_size: Sequence[int]) -> 'ClipTarget':
        """Pads the masks right and bottom, as the frames are."""
        height, width = instances.masks.shape[-2:]
        extra = (0, padded_size[1] - width, 0, padded_size[0] - height)
        return cls(instances.labels, F.pad(instances.masks.float(), extra))

    def frame(self, index: int, objects: Tensor | None = None) -> SetTarget:
        """All objects, or some, in one frame; the mask of an absent one is empty."""
        chosen = slice(None) if objects is None else objects
        return SetTarget(self.labels[chosen], self.masks[chosen, index])

    def seen(self) -> 'ClipTarget':
        """Without objects that no frame shows."""
        seen = self.masks.flatten(1).any(1)
        return ClipTarget(self.labels[seen], self.masks[seen])

    def first_frames(self) -> Tensor:
        """(n,) the first frame in which each object is seen."""
        return self.masks.flatten(2).any(-1).int().argmax(1)

    def stacked(self) -> SetTarget:
        """The frames of the clip below each other as one image."""
        return SetTarget(self.labels, self.masks.flatten(1, 2))


class TrainingStage(ABC):
    """One stage of training.

    No module, since its parts are the model's own: they are registered there, once.

    Attributes:
        frozen: Parts of the model that are kept as they are.
    """

    frozen: tuple[nn.Module, ...] = ()

    @abstractmethod
    def losses(self, clips: Tensor, targets: Sequence[ClipTarget], guided: bool) -> Losses:
        """Losses of B clips.

        Args:
            clips: (B, T, 3, H, W), normalised and padded.
            targets: B.
            guided: Whether objects are matched to what the frozen part before says: the first half
                of the training, in which the part that learns knows nothing yet.
        """


class FrameStage(TrainingStage):
    """MinVIS: frames are images; every layer is matched by itself."""

    def __init__(self, segmenter: FrameSegmenter, criterion: SetCriterion) -> None:
        self.segmenter = segmenter
        self.criterion = criterion

    def losses(self, clips: Tensor, targets: Sequence[ClipTarget], guided: bool) -> Losses:
        """See the base class; nothing guides."""
        segmenter, criterion = self.segmenter, self.criterion
        layers, features = segmenter.head.decode(segmenter.backbone(clips.flatten(0, 1)))
        frames = [t.frame(i) for t in targets for i in range(clips.shape[1])]
        # An object that is absent from a frame is no object of that image.
        frames = [_present(one) for one in frames]
        losses: Losses = {}
        for index, embeds in enumerate(layers):
            prediction = predict(segmenter.answer(embeds), features)
            matches = [
                criterion.match(*image, target, criterion.num_points)
                for *image, target in zip(prediction.logits, prediction.masks, frames, strict=True)
            ]
            losses |= _named(criterion(prediction, frames, matches), index, len(layers))
        return losses


class TrackStage(TrainingStage):
    """DVIS online: losses per frame; each object is matched once, where it appears first."""

    def __init__(
        self, segmenter: FrameSegmenter, tracker: ReferringTracker, criterion: SetCriterion
    ) -> None:
        self.segmenter = segmenter
        self.tracker = tracker
        self.criterion = criterion
        self.frozen = (segmenter,)

    def losses(self, clips: Tensor, targets: Sequence[ClipTarget], guided: bool) -> Losses:
        """See the base class; the segmenter guides, its queries in the tracker's order."""
        criterion = self.criterion
        per_clip = [
            self._clip(clip, target.seen(), guided)
            for clip, target in zip(clips, targets, strict=True)
        ]
        frames = [t.seen().frame(i) for t in targets for i in range(clips.shape[1])]
        num_layers = len(per_clip[0][0])
        losses: Losses = {}
        for index in range(num_layers):
            prediction = SetPrediction(
                torch.cat([layers[index].logits for layers, _ in per_clip]),
                torch.cat([layers[index].masks for layers, _ in per_clip]),
            )
            matches = [m[index] for _, m in per_clip for _ in range(clips.shape[1])]
            losses |= _named(criterion(prediction, frames, matches), index, num_layers)
        return losses

    def _clip(
        self, clip: Tensor, target: ClipTarget, guided: bool
    ) -> tuple[list[SetPrediction], list[Match]]:
        """Predictions and matches of each layer of the tracker for one clip."""
        with torch.no_grad():
            queries, features = self.segmenter(clip)
        outputs, indices, _ = self.tracker.track(queries.embeds)
        layers = [predict(self.tracker.answer(one), features) for one in outputs]
        if not guided:
            return layers, [match_once(self.criterion, one, target) for one in layers]
        guide = predict(queries.in_order(indices), features)
        return layers, [match_once(self.criterion, guide, target)] * len(layers)


class RefineStage(TrainingStage):
    """DVIS offline: the frames of a clip are one image, and a track has one class."""

    def __init__(
        self,
        segmenter: FrameSegmenter,
        tracker: ReferringTracker,
        refiner: TemporalRefiner,
        criterion: SetCriterion,
        window_size: int,
    ) -> None:
        self.segmenter = segmenter
        self.tracker = tracker
        self.refiner = refiner
        self.criterion = criterion
        self.window_size = window_size
        self.frozen = (segmenter, tracker)

    def losses(self, clips: Tensor, targets: Sequence[ClipTarget], guided: bool) -> Losses:
        """See the base class; the tracker guides."""
        criterion = self.criterion
        points = criterion.num_points * clips.shape[1]
        stacked = [target.seen().stacked() for target in targets]
        per_clip = [
            self._clip(clip, target, guided, points)
            for clip, target in zip(clips, stacked, strict=True)
        ]
        num_layers = len(per_clip[0][0])
        losses: Losses = {}
        for index in range(num_layers):
            prediction = SetPrediction(
                torch.stack([layers[index][0] for layers, _ in per_clip]),
                torch.stack([layers[index][1] for layers, _ in per_clip]),
            )
            matches = [matches[index] for _, matches in per_clip]
            losses |= _named(criterion(prediction, stacked, matches, points), index, num_layers)
        return losses

    def _clip(
        self, clip: Tensor, target: SetTarget, guided: bool, points: int
    ) -> tuple[list[tuple[Tensor, Tensor]], list[Match]]:
        with torch.no_grad():
            queries, features = self.segmenter.in_windows(clip, self.window_size)
            tracked = self.tracker(queries).queries
            memory = self.tracker.remember(queries.embeds)
        answers = [self.refiner.answer(one) for one in self.refiner.refine(tracked.embeds, memory)]
        layers = [(one.logits, mask_logits(one.kernels, features).flatten(1, 2)) for one in answers]
        if not guided:
            matched = [self.criterion.match(*one, target, points) for one in layers]
            return layers, matched
        guide = mask_logits(tracked.kernels, features).flatten(1, 2)
        match = self.criterion.match(tracked.logits.mean(0), guide, target, points)
        return layers, [match] * len(layers)


def predict(queries: FrameQueries, features: Tensor) -> SetPrediction:
    """Classes and masks of T frames as T images."""
    return SetPrediction(queries.logits, mask_logits(queries.kernels, features).transpose(0, 1))


def match_once(criterion: SetCriterion, frames: SetPrediction, target: ClipTarget) -> Match:
    """Matches each object in the frame in which it appears first, to a query that is still free.

    Args:
        criterion: Whose costs decide.
        frames: Predictions for T frames.
        target: Objects, each seen in at least one frame.

    Returns:
        One match that holds for all frames.
    """
    first = target.first_frames()
    num_queries = frames.logits.shape[1]
    free = torch.ones(num_queries, dtype=torch.bool, device=frames.logits.device)
    queries, objects = [], []
    for index in first.unique().tolist():  # sorted
        new = (first == index).nonzero()[:, 0]
        left = free.nonzero()[:, 0]
        found, place = criterion.match(
            frames.logits[index, left],
            frames.masks[index, left],
            target.frame(index, new),
            criterion.num_points,
        )
        queries.append(left[found])
        objects.append(new[place])
        free[left[found]] = False
    none = first.new_zeros(0)
    return torch.cat([none, *queries]), torch.cat([none, *objects])


def _present(target: SetTarget) -> SetTarget:
    present = target.masks.flatten(1).any(1)
    return SetTarget(target.labels[present], target.masks[present])


def _named(losses: Losses, index: int, num_layers: int) -> Losses:
    prefix = '' if index == num_layers - 1 else f'd{index}.'
    return {f'{prefix}{name}': value for name, value in losses.items()}

"""Losses between sets of predictions and sets of objects, through mmdet's losses and costs.

N images of Q queries; an image is a frame, or all frames of a clip below each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from mmcv.ops import point_sample
from mmdet.models.utils import get_uncertain_point_coords_with_randomness
from mmengine.dist import all_reduce, get_world_size
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mevis.registry import TASK_UTILS

Match = tuple[Tensor, Tensor]
"""Queries and the targets they are to answer with, as indices of equal length."""


@dataclass(frozen=True)
class SetPrediction:
    """What one layer says about N images.

    Attributes:
        logits: (N, Q, K + 1).
        masks: (N, Q, h, w) logits.
    """

    logits: Tensor
    masks: Tensor


@dataclass(frozen=True)
class SetTarget:
    """The objects of one image.

    Attributes:
        labels: (n,) int64.
        masks: (n, H, W) float, 0 or 1; the image's extent, at any resolution.
    """

    labels: Tensor
    masks: Tensor


class SetCriterion(nn.Module):
    """Hungarian matching and the three losses of Mask2Former.

    Args:
        loss_class: mmdet's weighted cross-entropy; its ``class_weight`` says what "no object"
            weighs.
        loss_mask: mmdet's binary cross-entropy.
        loss_dice: mmdet's dice loss.
        num_points: Points of an image at which masks are compared.
        oversample_ratio: Candidates per point, of which the least sure are taken.
        importance_ratio: Share of the points that is chosen so.

    Source: Cheng et al., "Masked-attention Mask Transformer for Universal Image Segmentation",
    CVPR 2022, Sec. 3.3.
    """

    def __init__(
        self,
        loss_class: nn.Module,
        loss_mask: nn.Module,
        loss_dice: nn.Module,
        num_points: int = 12544,
        oversample_ratio: float = 3.0,
        importance_ratio: float = 0.75,
    ) -> None:
        super().__init__()
        self.loss_class = loss_class
        self.loss_mask = loss_mask
        self.loss_dice = loss_dice
        self.num_points = num_points
        self.oversample_ratio = oversample_ratio
        self.importance_ratio = importance_ratio
        mask = dict(weight=loss_mask.loss_weight, use_sigmoid=True)
        dice = dict(weight=loss_dice.loss_weight, pred_act=True, eps=1.0)
        self.assigner = TASK_UTILS.build(
            dict(
                type='mmdet.HungarianAssigner',
                match_costs=[
                    dict(type='mmdet.ClassificationCost', weight=loss_class.loss_weight),
                    dict(type='mmdet.CrossEntropyLossCost', **mask),
                    dict(type='mmdet.DiceCost', **dice),
                ],
            )
        )

    @torch.no_grad()
    def match(self, logits: Tensor, masks: Tensor, target: SetTarget, num_points: int) -> Match:
        """The cheapest assignment of the objects of one image.

        Args:
            logits: (Q, K + 1).
            masks: (Q, h, w) logits.
            target: The objects.
            num_points: At which masks are compared.

        Returns:
            At most one query per object and one object per query.
        """
        if not len(target.labels):
            none = target.labels.new_zeros(0)
            return none, none
        points = torch.rand(1, num_points, 2, device=masks.device, dtype=torch.float32)
        result = self.assigner.assign(
            InstanceData(scores=logits.float(), masks=_at_points(masks.float(), points)),
            InstanceData(labels=target.labels, masks=_at_points(target.masks, points)),
        )
        queries = result.gt_inds.nonzero()[:, 0]
        return queries, result.gt_inds[queries] - 1

    def forward(
        self,
        prediction: SetPrediction,
        targets: Sequence[SetTarget],
        matches: Sequence[Match],
        num_points: int | None = None,
    ) -> dict[str, Tensor]:
        """Losses of one layer.

        Args:
            prediction: Of N images.
            targets: N.
            matches: N; queries without object are to say so.
            num_points: Points of an image; the criterion's own number if None.

        Returns:
            ``loss_class``, ``loss_mask`` and ``loss_dice``, weighted.
        """
        labels = self._labels(prediction.logits, targets, matches)
        weights = prediction.logits.new_tensor(self.loss_class.class_weight)
        flat = prediction.logits.flatten(0, 1).float()
        losses = dict(
            loss_class=self.loss_class(
                flat, labels.flatten(), avg_factor=weights[labels.flatten()].sum()
            )
        )
        masks = torch.cat(
            [image[queries] for image, (queries, _) in zip(prediction.masks, matches, strict=True)]
        )
        wanted = torch.cat(
            [one.masks[objects] for one, (_, objects) in zip(targets, matches, strict=True)]
        )
        if not len(masks):
            nothing = masks.sum() + prediction.masks.sum() * 0
            return losses | dict(loss_mask=nothing, loss_dice=nothing)
        count = num_points or self.num_points
        got, truth = self._sample(masks.float(), wanted, count)
        total = _mean_over_ranks(sum(len(one.labels) for one in targets), masks)
        return losses | dict(
            loss_mask=self.loss_mask(got.flatten(), truth.flatten(), avg_factor=total * count),
            loss_dice=self.loss_dice(got, truth, avg_factor=total),
        )

    def _labels(
        self, logits: Tensor, targets: Sequence[SetTarget], matches: Sequence[Match]
    ) -> Tensor:
        labels = torch.full(logits.shape[:2], logits.shape[-1] - 1, device=logits.device)
        for row, target, (queries, objects) in zip(labels, targets, matches, strict=True):
            row[queries] = target.labels[objects]
        return labels

    def _sample(self, masks: Tensor, wanted: Tensor, num_points: int) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            points = get_uncertain_point_coords_with_randomness(
                masks[:, None], None, num_points, self.oversample_ratio, self.importance_ratio
            )
            truth = point_sample(wanted[:, None], points)[:, 0]
        return point_sample(masks[:, None], points)[:, 0], truth


def _at_points(masks: Tensor, points: Tensor) -> Tensor:
    """(n, h, w) at points (1, P, 2): (n, P)."""
    return point_sample(masks[:, None], points.expand(len(masks), -1, -1))[:, 0]


def _mean_over_ranks(count: int, like: Tensor) -> float:
    total = like.new_tensor(float(count))
    all_reduce(total)
    return max(float(total) / get_world_size(), 1.0)

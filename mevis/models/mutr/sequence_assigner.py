"""Which query answers: matching of whole sequences."""

from mmdet.models.task_modules.assigners import BaseAssigner
from mmdet.structures.bbox import bbox_cxcywh_to_xyxy, bbox_overlaps
from torch import Tensor
from torch.nn import functional as F

from mevis.models.mutr.targets import ClipTarget
from mevis.registry import TASK_UTILS


@TASK_UTILS.register_module()
class SequenceHungarianAssigner(BaseAssigner):
    """Chooses the query whose whole sequence costs least.

    With one target per clip the Hungarian matching is an argmin.  The class cost is averaged over
    the frames in which the object is seen; box costs over all frames, absent ones included with a
    box of zeros, as in the official code.

    Args:
        class_cost: Weight of the focal class cost.
        bbox_cost: Weight of L1 between boxes.
        giou_cost: Weight of the generalised IoU.
        mask_cost: Weight of the focal mask cost.
        dice_cost: Weight of the dice cost.
        alpha: Of the focal costs.

    Source: MUTR, Sec. 3.4 (ReferFormer, Eq. 5).
    """

    def __init__(
        self,
        class_cost: float = 2.0,
        bbox_cost: float = 5.0,
        giou_cost: float = 2.0,
        mask_cost: float = 2.0,
        dice_cost: float = 5.0,
        alpha: float = 0.25,
    ) -> None:
        self.class_cost = class_cost
        self.bbox_cost = bbox_cost
        self.giou_cost = giou_cost
        self.mask_cost = mask_cost
        self.dice_cost = dice_cost
        self.alpha = alpha

    def assign(self, logits: Tensor, boxes: Tensor, masks: Tensor, target: ClipTarget) -> Tensor:
        """Finds the query.

        Args:
            logits: (T, N), class logits.
            boxes: (T, N, 4), cxcywh.
            masks: (T, N, h, w), mask logits.
            target: Ground truth of the clip.

        Returns:
            Index of the query, a scalar.
        """
        cost = self.bbox_cost * (boxes - target.boxes[:, None]).abs().sum(-1).mean(0)
        overlap = bbox_overlaps(
            bbox_cxcywh_to_xyxy(boxes), bbox_cxcywh_to_xyxy(target.boxes[:, None]), mode='giou'
        )
        cost = cost - self.giou_cost * overlap[..., 0].mean(0)
        cost = cost + self.class_cost * self._class_cost(logits, target.valid)
        queries = masks.transpose(0, 1).flatten(1)
        truth = target.masks.flatten()[None]
        return (cost + self._mask_cost(queries, truth)).argmin()

    def _class_cost(self, logits: Tensor, valid: Tensor) -> Tensor | float:
        if not valid.any():
            return 0.0
        prob = logits[valid].sigmoid()
        negative = (1 - self.alpha) * prob**2 * -(1 - prob + 1e-8).log()
        positive = self.alpha * (1 - prob) ** 2 * -(prob + 1e-8).log()
        return (positive - negative).mean(0)

    def _mask_cost(self, queries: Tensor, truth: Tensor) -> Tensor:
        prob = queries.sigmoid()
        # Focal cross-entropy, the sum over pixels split into those of the object and the others.
        positive = self.alpha * (1 - prob) ** 2 * F.softplus(-queries)
        negative = (1 - self.alpha) * prob**2 * F.softplus(queries)
        focal = (positive * truth + negative * (1 - truth)).mean(1)
        overlap = (prob * truth).sum(1)
        dice = (2 * overlap + 1) / (prob.sum(1) + truth.sum(1) + 1)
        return self.mask_cost * focal - self.dice_cost * dice

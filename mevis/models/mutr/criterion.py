"""The losses of MUTR.

Shapes: B clips, T frames, N queries, (h, w) cells at stride 4.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmdet.structures.bbox import bbox_cxcywh_to_xyxy, bbox_overlaps
from mmengine.dist import all_reduce, get_world_size
from torch import Tensor, nn

from mevis.models.mutr.targets import ClipTarget
from mevis.registry import TASK_UTILS

Outputs = Mapping[str, Tensor]


def _focal(logits: Tensor, truth: Tensor, alpha: float) -> Tensor:
    """Sigmoid focal loss per element, gamma 2."""
    prob = logits.sigmoid()
    cross_entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction='none')
    missed = prob * (1 - truth) + (1 - prob) * truth
    return (alpha * truth + (1 - alpha) * (1 - truth)) * cross_entropy * missed**2


class MUTRCriterion(nn.Module):
    """Class, box and mask losses on every decoder layer, each layer matched by itself.

    The class loss counts frames in which the object is seen; box losses all frames; mask losses
    all pixels of the padded clip, as in the official code.  All are divided by the number of frames
    with an object, averaged over ranks.

    Args:
        assigner: Config of the assigner.
        weights: Weight of each loss.
        alpha: Of the focal losses.

    Source: MUTR, Sec. 3.4.
    """

    def __init__(
        self,
        assigner: Mapping[str, Any],
        weights: Mapping[str, float],
        alpha: float = 0.25,
    ) -> None:
        super().__init__()
        self.assigner = TASK_UTILS.build(assigner)
        self.weights = dict(weights)
        self.alpha = alpha

    def forward(
        self, layers: Sequence[Outputs], targets: Sequence[ClipTarget]
    ) -> dict[str, Tensor]:
        """Losses of all layers; those before the last carry ``d<layer>.`` before their name.

        Args:
            layers: Per decoder layer ``pred_logits`` (B, T, N, K), ``pred_boxes`` (B, T, N, 4)
                and ``pred_masks`` (B, T, N, h, w).
            targets: Ground truth of the B clips.
        """
        count = sum(target.valid.sum() for target in targets).float()
        all_reduce(count)
        normalizer = (count / get_world_size()).clamp(min=1)
        losses = {}
        for index, outputs in enumerate(layers):
            prefix = '' if index == len(layers) - 1 else f'd{index}.'
            for name, value in self.layer_losses(outputs, targets, normalizer).items():
                losses[prefix + name] = self.weights[name] * value
        return losses

    @torch.no_grad()
    def match(self, outputs: Outputs, targets: Sequence[ClipTarget]) -> Tensor:
        """The query of each clip, (B,)."""
        matched = [
            self.assigner.assign(
                outputs['pred_logits'][index, ..., 0],
                outputs['pred_boxes'][index],
                outputs['pred_masks'][index],
                target,
            )
            for index, target in enumerate(targets)
        ]
        return torch.stack(matched)

    def layer_losses(
        self, outputs: Outputs, targets: Sequence[ClipTarget], normalizer: Tensor
    ) -> dict[str, Tensor]:
        """Unweighted losses of one decoder layer."""
        matched = self.match(outputs, targets)
        clips = torch.arange(len(matched), device=matched.device)
        boxes = outputs['pred_boxes'][clips, :, matched]
        masks = outputs['pred_masks'][clips, :, matched]
        losses = {'loss_class': self._class_loss(outputs['pred_logits'], targets, matched)}
        losses.update(self._box_losses(boxes, torch.stack([t.boxes for t in targets])))
        losses.update(self._mask_losses(masks, torch.stack([t.masks for t in targets])))
        return {name: value / normalizer for name, value in losses.items()}

    def _class_loss(self, logits: Tensor, targets: Sequence[ClipTarget], matched: Tensor) -> Tensor:
        truth = torch.zeros_like(logits)
        for index, target in enumerate(targets):
            truth[index, :, matched[index], 0] = target.valid.to(truth)
        # The official mean over frame-queries, times their number.
        return _focal(logits, truth, self.alpha).sum()

    def _box_losses(self, boxes: Tensor, truth: Tensor) -> dict[str, Tensor]:
        overlap = bbox_overlaps(
            bbox_cxcywh_to_xyxy(boxes).flatten(0, 1),
            bbox_cxcywh_to_xyxy(truth).flatten(0, 1),
            mode='giou',
            is_aligned=True,
        )
        return {'loss_bbox': (boxes - truth).abs().sum(), 'loss_giou': (1 - overlap).sum()}

    def _mask_losses(self, masks: Tensor, truth: Tensor) -> dict[str, Tensor]:
        masks, truth = masks.flatten(1), truth.flatten(1)
        prob = masks.sigmoid()
        dice = 1 - (2 * (prob * truth).sum(1) + 1) / (prob.sum(1) + truth.sum(1) + 1)
        focal = _focal(masks, truth, self.alpha).mean(1)
        return {'loss_mask': focal.sum(), 'loss_dice': dice.sum()}

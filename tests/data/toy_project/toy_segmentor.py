"""The smallest model with which everything around a model can be tested."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import nn

from mevis.registry import MODELS
from mevis.structures import ExpressionPrediction, encode_rle


@MODELS.register_module()
class ToySegmentor(BaseModel):
    """Two convolutions and dropout; every pixel brighter than a threshold is the answer."""

    def __init__(self, channels: int = 4, dropout: float = 0.3) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, channels, 3, padding=1)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Conv2d(channels, 1, 3, padding=1))

    def forward(self, inputs, data_samples=None, mode='tensor'):
        if mode == 'predict':
            return [self._predict(*pair) for pair in zip(inputs, data_samples, strict=True)]
        losses = []
        for frames, sample in zip(inputs, data_samples, strict=True):
            logits = self.head(self.backbone(frames.float() / 255))[:, 0]
            truth = sample.gt_masks.to(logits)
            losses.append(F.binary_cross_entropy_with_logits(logits, truth))
        return {'loss_mask': torch.stack(losses).mean()}

    def _predict(self, frames, sample):
        masks = F.interpolate(
            self.head(self.backbone(frames.float() / 255)), size=tuple(sample.ori_shape)
        )[:, 0]
        rles = encode_rle((masks > masks.mean()).cpu().numpy())
        sample.predictions = [
            ExpressionPrediction(expression.exp_id, expression.text, rles, 0.5)
            for expression in sample.expressions
        ]
        return sample

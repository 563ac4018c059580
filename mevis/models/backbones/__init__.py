"""Backbones that mmdet lacks; its own are reached by name (``mmdet.ResNet``)."""

from mevis.models.backbones.clip_backbone import ClipBackbone
from mevis.models.backbones.frozen_batch_norm import FrozenBatchNorm2d
from mevis.models.backbones.motion_conv import MotionConvBackbone
from mevis.models.backbones.timm_backbone import TimmBackbone
from mevis.models.backbones.video_swin import VideoSwinTransformer

__all__ = [
    'ClipBackbone',
    'FrozenBatchNorm2d',
    'MotionConvBackbone',
    'TimmBackbone',
    'VideoSwinTransformer',
]

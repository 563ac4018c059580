"""A whole DVIS of some ten thousand weights, for tests and examples."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from mevis.registry import MODELS

_SIZES = dict(mask_dims=32, num_layers=2, num_heads=2, feedforward_dims=32)


def small_dvis_config(stage: str, **overrides: Any) -> dict[str, Any]:
    """The config of the small model: a ResNet-18 of 8 channels, six queries, four classes.

    Args:
        stage: ``minvis``, ``online`` or ``offline``.
        **overrides: Arguments of ``DVIS`` that replace those of the small model.
    """
    tracker = dict(type='ReferringTracker', **_SIZES)
    refiner = dict(type='TemporalRefiner', **_SIZES)
    config = dict(
        type='DVIS',
        segmenter=dict(
            backbone=dict(type='mmdet.ResNet', depth=18, base_channels=8, norm_eval=True),
            backbone_channels=[8, 16, 32, 64],
            num_queries=6,
            head=dict(
                mask_dims=32,
                num_heads=2,
                encoder_layers=1,
                encoder_feedforward_dims=32,
                decoder_layers=3,
                feedforward_dims=32,
            ),
        ),
        tracker=dict(type='QueryMatcher') if stage == 'minvis' else tracker,
        refiner=refiner if stage == 'offline' else dict(type='NoTemporalRefiner'),
        data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
        num_classes=4,
        embed_dims=32,
        num_instances=5,
    )
    return config | overrides


def build_small_dvis(stage: str, **overrides: Any) -> nn.Module:
    """Builds the small model, the same one each time, in evaluation mode; see the config."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mevis'):
        model = MODELS.build(small_dvis_config(stage, **overrides)).eval()
    # Masks of untrained kernels are all of one sign.
    nn.init.normal_(model.segmenter.head.query_feat.weight, std=3.0)
    return model


def write_small_dvis(folder: str | Path, stage: str = 'online') -> tuple[str, str]:
    """Writes a config, whose frames have a shorter side of 40 pixels, and the weights to it.

    Returns:
        The two files.
    """
    loader = dict(type='LoadResizedFrames', short_side=40, max_long_side=64, rounding='detectron2')
    dataset = dict(pipeline=[loader, dict(type='PackRefVidSegInputs')])
    content = dict(model=small_dvis_config(stage), test_dataloader=dict(dataset=dataset))
    config, weights = Path(folder) / 'dvis.py', Path(folder) / 'dvis.pth'
    Config(content).dump(config)
    torch.save({'state_dict': build_small_dvis(stage).state_dict()}, weights)
    return str(config), str(weights)


def smooth_video(num_frames: int = 7, height: int = 50, width: int = 70) -> Tensor:
    """Frames (T, 3, H, W) uint8: smooth and different in each; of no multiple of 32 by default."""
    generator = torch.Generator().manual_seed(1)
    noise = torch.rand(num_frames, 3, 6, 8, generator=generator)
    frames = nn.functional.interpolate(noise, size=(height, width), mode='bicubic')
    return (frames.clamp(0, 1) * 255).to(torch.uint8)

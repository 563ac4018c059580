"""A DVIS small enough for a test, and a video for it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from mmengine.registry import DefaultScope
from torch import nn

STAGES = ('minvis', 'online', 'offline')
SIZES = dict(mask_dims=32, num_layers=2, num_heads=2, feedforward_dims=32)


def small_config(stage: str, **arguments: Any) -> dict[str, Any]:
    tracker = dict(type='ReferringTracker', **SIZES)
    refiner = dict(type='TemporalRefiner', **SIZES)
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
    return config | arguments


@pytest.fixture(scope='session')
def make_dvis() -> Callable[..., nn.Module]:
    """Builds a small model of a stage, the same one each time, in evaluation mode."""
    import mevis.models  # noqa: F401
    from mevis.registry import MODELS

    def make(stage: str, **arguments: Any) -> nn.Module:
        torch.manual_seed(0)
        with DefaultScope.overwrite_default_scope('mevis'):
            model = MODELS.build(small_config(stage, **arguments)).eval()
        # Masks of untrained kernels are all of one sign.
        nn.init.normal_(model.segmenter.head.query_feat.weight, std=3.0)
        return model

    return make


@pytest.fixture(scope='session')
def video() -> torch.Tensor:
    """(7, 3, 50, 70) uint8: smooth, different in each frame, no multiple of 32."""
    noise = torch.rand(7, 3, 6, 8, generator=torch.Generator().manual_seed(1))
    frames = nn.functional.interpolate(noise, size=(50, 70), mode='bicubic')
    return (frames.clamp(0, 1) * 255).to(torch.uint8)

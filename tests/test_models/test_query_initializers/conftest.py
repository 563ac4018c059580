"""Query initializers built small."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from mevis.models.query_initializers import InstanceQueryInitializer
from mevis.registry import QUERY_INITIALIZERS
from mevis.testing.small_tracks import CHANNELS, EMBED_DIMS, CountingEncoder

Make = Callable[..., InstanceQueryInitializer]


def build(name: str, **options: Any) -> InstanceQueryInitializer:
    """An initializer by the first part of its name, as initialised."""
    torch.manual_seed(0)
    config = dict(type=f'{name}QueryInitializer', num_queries=3, embed_dims=EMBED_DIMS, num_heads=2)
    if name == 'DVISInstance':
        config |= dict(backbone_channels=CHANNELS, image_scale=1.0)
    return QUERY_INITIALIZERS.build({**config, **options}).eval()


@torch.no_grad()
def awake(initializer: InstanceQueryInitializer) -> InstanceQueryInitializer:
    """The same with a block whose last layers are not zero."""
    generator = torch.Generator().manual_seed(1)
    for parameter in initializer.block.parameters():
        parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return initializer


@pytest.fixture
def encode() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def build_one() -> Make:
    """Builds an initializer by its name."""
    return build


@pytest.fixture
def wake() -> Callable[[InstanceQueryInitializer], InstanceQueryInitializer]:
    """Makes the block of an initializer do something."""
    return awake


@pytest.fixture(params=['DVISInstance', 'MaskPooledInstance', 'Trajectory'])
def make(request: pytest.FixtureRequest) -> Make:
    """Builds each of the three."""
    return lambda **options: build(request.param, **options)

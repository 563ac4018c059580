"""Clip transforms: dict -> dict, one decision per clip, drawn from ``results['rng']``."""

from mevis.datasets.transforms.clip_geometry import (
    RandomCropClip,
    RandomFlipClip,
    RandomResizeClip,
    RandomSelectTransforms,
    ResizeClip,
)
from mevis.datasets.transforms.clip_order import RandomReverseClip
from mevis.datasets.transforms.clip_photometric import PhotometricDistortClip
from mevis.datasets.transforms.expression import NormalizeExpression
from mevis.datasets.transforms.loading import (
    LoadClipFrames,
    LoadClipInstances,
    LoadClipMasks,
    LoadInstanceMasks,
    LoadResizedFrames,
    OpenClipFrames,
)
from mevis.datasets.transforms.packing import PackRefVidSegInputs
from mevis.datasets.transforms.pseudo_clip import ImageToPseudoClip
from mevis.datasets.transforms.track_matching import MatchTracks

__all__ = [
    'ImageToPseudoClip',
    'LoadClipFrames',
    'LoadClipInstances',
    'LoadClipMasks',
    'LoadInstanceMasks',
    'LoadResizedFrames',
    'MatchTracks',
    'NormalizeExpression',
    'OpenClipFrames',
    'PackRefVidSegInputs',
    'PhotometricDistortClip',
    'RandomCropClip',
    'RandomFlipClip',
    'RandomResizeClip',
    'RandomReverseClip',
    'RandomSelectTransforms',
    'ResizeClip',
]

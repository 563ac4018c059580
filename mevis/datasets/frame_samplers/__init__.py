"""Which frames of a video make a clip."""

from mevis.datasets.frame_samplers.all_frames import AllFramesSampler
from mevis.datasets.frame_samplers.base import FrameSampler
from mevis.datasets.frame_samplers.global_sampler import GlobalFrameSampler
from mevis.datasets.frame_samplers.local_sampler import LocalFrameSampler
from mevis.datasets.frame_samplers.mutr_sampler import MUTRFrameSampler

__all__ = [
    'AllFramesSampler',
    'FrameSampler',
    'GlobalFrameSampler',
    'LocalFrameSampler',
    'MUTRFrameSampler',
]

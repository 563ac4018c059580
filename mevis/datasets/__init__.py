"""Data sets of videos with sentences; importing this registers them."""

from mevis.datasets import frame_samplers, transforms
from mevis.datasets.mevis import MeViSDataset
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.ref_youtube_vos import RefYouTubeVOSDataset

__all__ = [
    'MeViSDataset',
    'RefVidSegDataset',
    'RefYouTubeVOSDataset',
    'frame_samplers',
    'transforms',
]

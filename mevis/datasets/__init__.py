"""Datasets of videos with sentences or instances; importing this registers them."""

from mevis.datasets import frame_samplers, transforms
from mevis.datasets.a2d_sentences import A2DSentencesDataset
from mevis.datasets.instance_dataset import InstanceDataset
from mevis.datasets.jhmdb_sentences import JHMDBSentencesDataset
from mevis.datasets.joint_dataset import JointDataset
from mevis.datasets.long_rvos import LongRVOSDataset
from mevis.datasets.mevis import MeViSDataset
from mevis.datasets.mevis_instances import MeViSInstanceDataset
from mevis.datasets.mevis_v2 import MeViSV2Dataset
from mevis.datasets.motion_tracks import MotionTracksDataset
from mevis.datasets.ref_davis import RefDAVISDataset
from mevis.datasets.ref_vid_seg_dataset import RefVidSegDataset
from mevis.datasets.ref_youtube_vos import RefYouTubeVOSDataset
from mevis.datasets.refcoco import RefCOCODataset
from mevis.datasets.revos import ReVOSDataset
from mevis.datasets.track_choice_dataset import TrackChoiceDataset
from mevis.datasets.youtube_vis import YouTubeVISDataset

__all__ = [
    'A2DSentencesDataset',
    'InstanceDataset',
    'JHMDBSentencesDataset',
    'JointDataset',
    'LongRVOSDataset',
    'MeViSDataset',
    'MeViSInstanceDataset',
    'MeViSV2Dataset',
    'MotionTracksDataset',
    'ReVOSDataset',
    'RefCOCODataset',
    'RefDAVISDataset',
    'RefVidSegDataset',
    'RefYouTubeVOSDataset',
    'TrackChoiceDataset',
    'YouTubeVISDataset',
    'frame_samplers',
    'transforms',
]

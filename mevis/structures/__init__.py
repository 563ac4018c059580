"""The data types in which the packages of mevis meet."""

from mevis.structures.clip_instances import ClipInstances
from mevis.structures.clip_tracks import ClipTracks
from mevis.structures.instance_masks import InstanceMasks
from mevis.structures.mask_rle import decode_rle, encode_rle, merge_rles
from mevis.structures.ref_vid_seg_data_sample import (
    Candidate,
    Expression,
    ExpressionPrediction,
    RefVidSegDataSample,
)
from mevis.structures.refine_context import RefineContext
from mevis.structures.trajectories import Trajectories
from mevis.structures.video_frames import FrameReader, VideoFrames

__all__ = [
    'Candidate',
    'ClipInstances',
    'ClipTracks',
    'Expression',
    'ExpressionPrediction',
    'FrameReader',
    'InstanceMasks',
    'RefVidSegDataSample',
    'RefineContext',
    'Trajectories',
    'VideoFrames',
    'decode_rle',
    'encode_rle',
    'merge_rles',
]

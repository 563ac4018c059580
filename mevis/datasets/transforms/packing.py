"""The last transform: tensors and a data sample."""

from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS
from mevis.structures import ClipInstances, InstanceMasks, RefVidSegDataSample

_META_KEYS = (
    'video',
    'frame_names',
    'frame_indices',
    'num_video_frames',
    'ori_shape',
    'img_shape',
    'flip',
    'expressions',
)


@TRANSFORMS.register_module()
class PackRefVidSegInputs(BaseTransform):
    """Packs a clip or video as models take it.

    Returns ``inputs`` (T, 3, h, w) uint8 RGB and ``data_samples``, one ``RefVidSegDataSample``:
    with ``gt_masks``, ``gt_instances`` or ``gt_choice`` in training, ``read_frames`` and, where the
    split has them, ``gt_rles`` or ``gt_tracks`` in testing, ``instances`` where there are any.
    Objects that cropping has removed from a clip are left out.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Packs."""
        sample = RefVidSegDataSample(metainfo={key: results[key] for key in _META_KEYS})
        if 'gt_masks' in results:
            sample.gt_masks = torch.from_numpy(np.ascontiguousarray(results['gt_masks']))
        if 'instances' in results:
            sample.instances = results['instances']
        if 'gt_choice' in results:
            sample.gt_choice = torch.from_numpy(results['gt_choice'])
        if 'gt_instance_masks' in results:
            sample.gt_instances = _seen_instances(results)
        if results['test_mode']:
            sample.read_frames = results['read_frames']
            if results.get('expression_gt_rles'):
                sample.gt_rles = results['expression_gt_rles']
            if 'gt_tracks' in results:
                sample.gt_tracks = _annotated_tracks(results)
        frames = np.ascontiguousarray(results['frames'].transpose(0, 3, 1, 2))
        return {'inputs': torch.from_numpy(frames), 'data_samples': sample}


def _seen_instances(results: dict[str, Any]) -> ClipInstances:
    masks = results['gt_instance_masks']
    seen = masks.any((1, 2, 3))
    return ClipInstances(
        torch.from_numpy(results['gt_labels'][seen]),
        torch.from_numpy(np.ascontiguousarray(masks[seen])),
        tuple(track_id for track_id, kept in zip(results['gt_ids'], seen, strict=True) if kept),
    )


def _annotated_tracks(results: dict[str, Any]) -> InstanceMasks:
    tracks = results['gt_tracks']
    return InstanceMasks(
        [track.rles for track in tracks],
        [1.0] * len(tracks),
        [track.label for track in tracks],
        results['ori_shape'],
    )

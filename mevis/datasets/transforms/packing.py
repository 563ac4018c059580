"""The last transform: tensors and a data sample."""

from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS
from mevis.structures import RefVidSegDataSample

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
    with ``gt_masks`` in training, ``read_frames`` in testing, ``instances`` where there are any.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Packs."""
        sample = RefVidSegDataSample(metainfo={key: results[key] for key in _META_KEYS})
        if 'gt_masks' in results:
            sample.gt_masks = torch.from_numpy(np.ascontiguousarray(results['gt_masks']))
        if 'instances' in results:
            sample.instances = results['instances']
        if results['test_mode']:
            sample.read_frames = results['read_frames']
        frames = np.ascontiguousarray(results['frames'].transpose(0, 3, 1, 2))
        return {'inputs': torch.from_numpy(frames), 'data_samples': sample}

"""A trained instance segmentor as a function: video in, tracks out."""

from pathlib import Path

import numpy as np
import torch

from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.video_source import VideoSource, open_video
from mevis.errors import UserError
from mevis.structures import InstanceMasks


class InstanceInferencer(RefVidSegInferencer):
    """Finds the instances of any video, by the same path as tools/extract_instance_masks.py.

    The arguments are those of :class:`RefVidSegInferencer`.
    """

    @torch.no_grad()
    def find(self, video: str | Path | np.ndarray | VideoSource) -> InstanceMasks:
        """Finds instances.

        Args:
            video: A file that FFmpeg reads, a folder of frames, an image, or an array
                (T, H, W, 3) uint8 RGB.

        Raises:
            UserError: If the video cannot be read or the model finds no instances but answers
                sentences.
        """
        results = {**self._read(open_video(video)), 'expressions': []}
        for transform in self._pipeline:
            results = transform(results)
        batch = {'inputs': [results['inputs']], 'data_samples': [results['data_samples']]}
        sample = self.model.test_step(batch)[0]
        if 'pred_instances' not in sample:
            raise UserError(
                f'{type(self.model).__name__} gives no instance tracks. Use the config of a model'
                ' that does, such as DVIS; tools/demo.py answers sentences.'
            )
        return sample.pred_instances

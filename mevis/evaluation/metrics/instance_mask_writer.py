"""Writes instance tracks as they come."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mevis.errors import UserError
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.registry import METRICS
from mevis.structures import InstanceMasks
from mevis.structures.instance_folder import InstanceFolder


@METRICS.register_module()
class InstanceMaskWriter(KeyedMetric):
    """Writes a file of tracks per video; its figures say what was found.

    Gives ``videos``, ``frames``, and the mean, least and most tracks of a video.

    Args:
        out_dir: The folder.
        made_of: What the tracks follow from.
        top_k: Tracks that are kept, best score first.

    Raises:
        UserError: If the folder holds tracks of another model.
    """

    def __init__(self, out_dir: str, made_of: Mapping[str, str], top_k: int) -> None:
        super().__init__()
        self.folder = InstanceFolder(out_dir, made_of)
        self.top_k = top_k

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Writes the tracks of each video."""
        for sample in data_samples:
            instances = _checked(sample).top(self.top_k)
            self.folder.write(sample['video'], sample['frame_names'], instances)
            found = (len(instances), len(sample['frame_names']))
            self.results.append((sample['video'], found))

    def compute_metrics(self, results: list[tuple[int, int]]) -> dict[str, float]:
        """Sums over all ranks."""
        tracks, frames = np.asarray(results, int).reshape(-1, 2).T
        figures = {'videos': len(tracks), 'frames': int(frames.sum())}
        if len(tracks):
            figures['tracks_mean'] = float(tracks.mean())
            figures['tracks_min'], figures['tracks_max'] = int(tracks.min()), int(tracks.max())
        return figures


def _checked(sample: Mapping[str, Any]) -> InstanceMasks:
    if 'pred_instances' not in sample:
        raise UserError(
            f'{sample["video"]}: the model gave no instance tracks. Use the config and weights of'
            ' a model that finds instances, such as DVIS.'
        )
    instances = sample['pred_instances']
    lengths = {len(track) for track in instances.rles} - {len(sample['frame_names'])}
    if lengths or tuple(instances.size) != tuple(sample['ori_shape']):
        raise ValueError(
            f'{sample["video"]}: tracks of {instances.num_frames} frames of size'
            f' {tuple(instances.size)} for {len(sample["frame_names"])} frames of size'
            f' {tuple(sample["ori_shape"])}.'
        )
    return instances

"""What metrics of instances read from a sample."""

from collections.abc import Mapping
from typing import Any

from mevis.errors import UserError
from mevis.structures import InstanceMasks


def tracks_of(sample: Mapping[str, Any]) -> tuple[InstanceMasks, InstanceMasks]:
    """The predicted and the annotated tracks of a test video.

    Args:
        sample: A data sample as the engine's evaluator hands it to metrics.

    Raises:
        UserError: If the model predicts no tracks or the split has none.
    """
    if 'pred_instances' not in sample:
        raise UserError(
            f'{sample["video"]}: the model gave no instance tracks, which this metric scores. Use'
            ' it with a model that finds instances, such as DVIS.'
        )
    if 'gt_tracks' not in sample:
        raise UserError(
            f'{sample["video"]}: no annotated tracks to score against. Use a dataset of instances'
            ' (InstanceDataset) and a split with annotations.'
        )
    return sample['pred_instances'], sample['gt_tracks']

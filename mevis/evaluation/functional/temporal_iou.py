"""tIoU and vIoU of Long-RVOS: is the object found in the frames in which it is visible?"""

from collections.abc import Sequence

import numpy as np


def temporal_iou(
    similarities: Sequence[float], predicted: Sequence[bool], visible: Sequence[bool]
) -> tuple[float, float]:
    """Both figures of one sentence.

    Args:
        similarities: T, J of each frame.
        predicted: T, whether the predicted mask is not empty.
        visible: T, whether that of the ground truth is not.

    Returns:
        tIoU, frames in which both are non-empty by frames in which either is; vIoU, the sum of J
        over the former by the number of the latter.  Both 1 if neither ever is.

    Raises:
        ValueError: If the numbers of frames differ.
    """
    if not len(similarities) == len(predicted) == len(visible):
        raise ValueError(f'{len(similarities)}, {len(predicted)} and {len(visible)} frames')
    found, wanted = np.asarray(predicted, bool), np.asarray(visible, bool)
    either = int((found | wanted).sum())
    if not either:
        return 1.0, 1.0
    both = found & wanted
    return float(both.sum() / either), float(np.asarray(similarities)[both].sum() / either)

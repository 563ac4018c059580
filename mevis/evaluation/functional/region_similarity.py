"""J: how well the areas of two masks agree."""

import numpy as np


def region_similarity(prediction: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of two masks of one frame (the Jaccard index J).

    Args:
        prediction: (H, W) bool.
        truth: (H, W) bool.

    Returns:
        From 0 to 1; 1 where both masks are empty.

    Raises:
        ValueError: If the masks differ in size.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f'sizes differ: prediction {prediction.shape}, truth {truth.shape}')
    union = int(np.count_nonzero(prediction | truth))
    if union == 0:
        return 1.0
    return int(np.count_nonzero(prediction & truth)) / union

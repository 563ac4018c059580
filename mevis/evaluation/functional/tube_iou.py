"""How well instance tracks cover one another in space and time.

Shapes: D predicted tracks, G annotated ones, T frames.
"""

import numpy as np
from pycocotools import mask as coco_mask

from mevis.structures import InstanceMasks


def tube_iou(predicted: InstanceMasks, truth: InstanceMasks) -> np.ndarray:
    """Spatio-temporal IoU: pixels in common over pixels in either, both summed over all frames.

    A track that is nowhere seen has an IoU of 0 with every other.  Nothing is decoded: a frame
    costs one call on run lengths.

    Args:
        predicted: D tracks.
        truth: G tracks of the same video.

    Returns:
        (D, G) in [0, 1].

    Raises:
        ValueError: If the tracks are not of one size and length, or are mirrored.
    """
    _check(predicted, truth)
    shape = len(predicted), len(truth)
    intersection, area, true_area = np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[1])
    for frame in range(max(predicted.num_frames, truth.num_frames)):
        found, rles = _seen(predicted, frame)
        there, true_rles = _seen(truth, frame)
        areas = coco_mask.area(rles).astype(float) if rles else np.zeros(0)
        area[found] += areas
        true_area[there] += coco_mask.area(true_rles) if true_rles else 0
        if rles and true_rles:
            # With the flag for crowds it is the share of a predicted mask that lies in the other.
            shares = coco_mask.iou(rles, true_rles, [1] * len(true_rles))
            if (shares < 0).any():
                raise ValueError(f'frame {frame}: the masks are of different sizes.')
            intersection[np.ix_(found, there)] += np.rint(shares * areas[:, None])
    union = area[:, None] + true_area - intersection
    return np.divide(intersection, union, out=np.zeros(shape), where=union > 0)


def _seen(tracks: InstanceMasks, frame: int) -> tuple[list[int], list[dict]]:
    """The tracks that have a mask in a frame, and the masks."""
    rles = [track[frame] for track in tracks.rles]
    indices = [index for index, rle in enumerate(rles) if rle is not None]
    return indices, [rles[index] for index in indices]


def _check(predicted: InstanceMasks, truth: InstanceMasks) -> None:
    if predicted.flipped or truth.flipped:
        raise ValueError('mirrored tracks cannot be compared.')
    if tuple(predicted.size) != tuple(truth.size):
        raise ValueError(
            f'the predicted masks are of size {tuple(predicted.size)} (height, width), the'
            f' annotated ones {tuple(truth.size)}.'
        )
    lengths = sorted({len(track) for tracks in (predicted, truth) for track in tracks.rles})
    if len(lengths) > 1:
        raise ValueError(f'tracks of {lengths} frames in one video.')

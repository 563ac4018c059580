"""Which tracks lie on what a sentence means.

Legend: S sentences, K tracks.
"""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from pycocotools import mask as coco_mask

from mevis.errors import UserError
from mevis.registry import TRANSFORMS
from mevis.structures.mask_rle import as_coco


@TRANSFORMS.register_module()
class MatchTracks(BaseTransform):
    """Compares tracks and ground truth over the whole video; adds ``gt_choice``, (S, K) float32.

    It is 1 for tracks that lie on what is meant, 0 for those that do not, and -1 in between, which
    teaches nothing.  What counts is the share of the track's own tube inside the ground truth:
    a track of one of several objects is right although it covers a part of the ground truth only.

    Args:
        meant: From this share on a track is meant.
        other: Up to this share it is not.
    """

    def __init__(self, meant: float = 0.6, other: float = 0.3) -> None:
        self.meant = meant
        self.other = other

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Matches."""
        if 'instances' not in results:
            raise UserError('MatchTracks: comes after LoadInstanceMasks, with instance_masks_dir.')
        shares = inside_shares(results['instances'].rles, results['expression_rles'])
        choice = np.full(shares.shape, -1, np.float32)
        choice[shares >= self.meant] = 1
        choice[shares <= self.other] = 0
        results['gt_choice'] = choice
        return results


def inside_shares(tracks: list[list], truths: list[list]) -> np.ndarray:
    """Share of each of K tracks that lies inside each of S truths, (S, K); NaN: no track.

    Args:
        tracks: K lists of one RLE (or None) per frame.
        truths: S lists of one RLE (or None) per frame.
    """
    inside = np.zeros((len(truths), len(tracks)))
    area = np.zeros(len(tracks))
    for frame in range(len(tracks[0]) if tracks else 0):
        own = [k for k, track in enumerate(tracks) if track[frame] is not None]
        meant = [s for s, truth in enumerate(truths) if truth[frame] is not None]
        if not own:
            continue
        rles = [as_coco(tracks[k][frame]) for k in own]
        sizes = coco_mask.area(rles).astype(float)
        area[own] += sizes
        if meant:
            # With "crowds" pycocotools divides by the size of the first mask alone.
            masks = [as_coco(truths[s][frame]) for s in meant]
            shares = coco_mask.iou(rles, masks, [1] * len(masks))
            inside[np.ix_(meant, own)] += (shares * sizes[:, None]).T
    with np.errstate(invalid='ignore'):
        return inside / area

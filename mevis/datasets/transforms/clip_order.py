"""The direction of time."""

from dataclasses import replace
from typing import Any

from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS

_PER_FRAME = ('frame_names', 'frame_paths', 'frame_indices', 'gt_rles')


@TRANSFORMS.register_module()
class RandomReverseClip(BaseTransform):
    """Plays the clip backwards, as the official training of DVIS offline does.

    Comes before the frames are loaded; a frame keeps its time.  Not for sentences: what moves left
    then moves right.

    Args:
        prob: Probability of a reversal.
    """

    def __init__(self, prob: float = 0.5) -> None:
        self.prob = prob

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws whether to reverse; reverses everything that is listed by frame.

        Raises:
            ValueError: If the frames are loaded already.
        """
        if 'frames' in results:
            raise ValueError('RandomReverseClip must come before the frames are loaded.')
        if results['rng'].random() >= self.prob:
            return results
        for key in _PER_FRAME:
            if key in results:
                results[key] = list(results[key])[::-1]
        if 'gt_tracks' in results:
            results['gt_tracks'] = [
                replace(track, rles=list(track.rles)[::-1]) for track in results['gt_tracks']
            ]
        return results

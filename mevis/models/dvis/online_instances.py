"""Instances of a video that still goes on.

Shapes: Q tracks, K classes, (H, W) frames of the video.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from mevis.models.dvis.frame_queries import TrackState, mask_logits
from mevis.models.dvis.postprocess import Ranking, class_probabilities, enlarge_masks
from mevis.models.dvis.segmenter import FrameSegmenter
from mevis.structures import encode_rle
from mevis.structures.mask_rle import Rle

# Masks that exist as pixels at a time: a hundred of 720p would be 400 MB.
_DRAWN_TRACKS = 8


class OnlineInstances:
    """Takes the frames of a video one by one and gives the masks of all tracks in each.

    Which tracks are instances is known by the class logits of all frames so far, as ``ranking``
    says at any time.  Memory does not grow with the video.  After the last frame, masks and ranking
    are those of :class:`InstanceStream` without a temporal refiner.

    Args:
        prepare: Normalises and pads frames (1, 3, h, w) uint8.
        segmenter: In evaluation mode, as the tracker.
        tracker: Brings the queries of a frame into the order of the tracks.
        rank: Probabilities (Q, K) -> the instances, the surest first.
    """

    def __init__(
        self,
        prepare: Callable[[Tensor], Tensor],
        segmenter: FrameSegmenter,
        tracker: nn.Module,
        rank: Callable[[Tensor], Ranking],
    ) -> None:
        self._prepare = prepare
        self._segmenter = segmenter
        self._tracker = tracker
        self._rank = rank
        self._state: TrackState | None = None
        self._logit_sum: Tensor | float = 0.0
        self._num_frames = 0

    @torch.no_grad()
    def push(self, frame: Tensor, out_size: tuple[int, int]) -> list[Rle]:
        """Takes the next frame.

        Args:
            frame: (3, h, w) uint8 RGB.
            out_size: (H, W) of the masks.

        Returns:
            The masks of the Q tracks in it.
        """
        prepared = self._prepare(frame[None])
        queries, features = self._segmenter(prepared)
        tracked = self._tracker(queries, self._state)
        self._state = tracked.state
        self._logit_sum = self._logit_sum + tracked.queries.logits.sum(0)
        self._num_frames += 1
        logits = mask_logits(tracked.queries.kernels, features)
        sizes = tuple(prepared.shape[-2:]), tuple(frame.shape[-2:]), out_size
        rles: list[Rle] = []
        for part in logits.split(_DRAWN_TRACKS):
            rles += encode_rle((enlarge_masks(part, *sizes)[:, 0] > 0).cpu().numpy())
        return rles

    def ranking(self) -> Ranking:
        """The instances by what was seen so far; none before the first frame."""
        if not self._num_frames:
            return Ranking([], [], [])
        return self._rank(class_probabilities(self._logit_sum / self._num_frames))

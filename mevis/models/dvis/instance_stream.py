"""One video on its way through DVIS: frames in, instances out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

import torch
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.models.dvis.feature_store import feature_store
from mevis.models.dvis.frame_queries import TrackState, mask_logits
from mevis.models.dvis.postprocess import Ranking, class_probabilities, enlarge_masks
from mevis.models.dvis.segmenter import FrameSegmenter
from mevis.models.dvis.temporal_refiner import Refined
from mevis.structures import InstanceMasks, encode_rle

# Frames whose masks exist as pixels at a time.  More are no faster, and large blocks that are freed
# between the small RLEs would stay with the process, more of them the longer the video is.
_DECODED_FRAMES = 1


@dataclass(frozen=True)
class VideoAnswer:
    """What is known after the last frame.

    Attributes:
        refined: The tracks; kernels (T, Q, M).
        logits: (Q, K + 1) class logits of each part that has an opinion: the tracker's mean over
            frames and, where there is a refiner, its own before it.
    """

    refined: Refined
    logits: tuple[Tensor, ...]


class InstanceStream:
    """Takes the windows of one video in order; owns what is kept of them.

    Use as a context manager, so that a temporary file is released.  Per frame only embeddings stay
    in memory (some 100 KB with 100 queries of 256 channels); where mask features go is
    ``mask_features``.  How the video is cut into windows changes nothing but memory.

    Args:
        prepare: Normalises and pads frames (t, 3, H, W) uint8.
        segmenter: In evaluation mode, as all parts.
        tracker: Brings the queries of a window into the order of the tracks.
        refiner: Concludes from all frames.
        rank: Probabilities (Q, K) -> the instances, the surest first.
        mask_features: One of ``FEATURE_STORES``.
        state: ``state`` of an earlier stream whose tracks continue here; None for a new video.
    """

    def __init__(
        self,
        prepare: Callable[[Tensor], Tensor],
        segmenter: FrameSegmenter,
        tracker: nn.Module,
        refiner: nn.Module,
        rank: Callable[[Tensor], Ranking],
        mask_features: str = 'disk',
        state: TrackState | None = None,
    ) -> None:
        self.prepare = prepare
        self.segmenter = segmenter
        self.tracker = tracker
        self.refiner = refiner
        self.state = state
        self._rank = rank
        self.num_frames = 0
        self.frame_size: tuple[int, int] | None = None
        self.indices: list[Tensor] = []
        self._padded_size: tuple[int, int] = (0, 0)
        self._kept: list[tuple[Tensor, ...]] = []
        self._logit_sum: Tensor | float = 0.0
        self._store = feature_store(mask_features, self._compute_again)

    def __enter__(self) -> 'InstanceStream':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Releases the mask features."""
        self._store.close()

    @torch.no_grad()
    def feed(self, frames: Tensor) -> None:
        """Takes the next frames.

        Args:
            frames: (t, 3, H, W) uint8 RGB.

        Raises:
            UserError: If their size is not that of the frames before.
        """
        self._check_size(frames)
        prepared = self.prepare(frames)
        self._padded_size = tuple(prepared.shape[-2:])
        queries, mask_features = self.segmenter(prepared)
        tracked = self.tracker(queries, self.state)
        memory = self.tracker.remember(queries.embeds) if self.refiner.needs_memory else None
        self._kept.append(self.refiner.keep(tracked.queries, memory))
        self._store.append(frames, mask_features)
        self._logit_sum = self._logit_sum + tracked.queries.logits.sum(0)
        self.indices.append(tracked.indices)
        self.state = tracked.state
        self.num_frames += len(frames)

    def _check_size(self, frames: Tensor) -> None:
        size = tuple(frames.shape[-2:])
        self.frame_size = self.frame_size or size
        if size != self.frame_size:
            raise UserError(
                f'frame {self.num_frames} is of size {size} (height, width), those before are of'
                f' {self.frame_size}: instances are followed in frames of one size. Resize them or'
                ' cut the video there.'
            )

    def _compute_again(self, frames: Tensor) -> Tensor:
        return self.segmenter.mask_features(self.prepare(frames))

    @torch.no_grad()
    def answer(self) -> VideoAnswer:
        """Concludes from the frames so far.

        Raises:
            UserError: If there was none.
        """
        if not self.num_frames:
            raise UserError('a video without frames: there is nothing to segment in it.')
        refined = self.refiner(*(torch.cat(parts) for parts in zip(*self._kept, strict=True)))
        mean = self._logit_sum / self.num_frames
        return VideoAnswer(refined, (mean,) if refined.logits is None else (refined.logits, mean))

    def rank(self, answer: VideoAnswer) -> Ranking:
        """The instances by score."""
        return self._rank(class_probabilities(*answer.logits))

    @torch.no_grad()
    def mask_logits(self, answer: VideoAnswer, queries: Sequence[int]) -> Iterator[Tensor]:
        """Yields mask logits (len(queries), t, h, w), a few frames at a time."""
        start = 0
        for features in self._store:
            for part in features.split(_DECODED_FRAMES):
                kernels = answer.refined.kernels[start : start + len(part)]
                yield mask_logits(kernels[:, list(queries)], part)
                start += len(part)

    def instances(self, out_size: tuple[int, int]) -> InstanceMasks:
        """The instances of the video.

        Args:
            out_size: (H, W) of the masks.

        Raises:
            UserError: If there was no frame.
        """
        answer = self.answer()
        ranking = self.rank(answer)
        # A query that occurs under several labels has one mask.
        queries = sorted(set(ranking.queries))
        tracks: dict[int, list] = {query: [] for query in queries}
        for logits in self.mask_logits(answer, queries) if queries else ():
            pixels = self.enlarge(logits, out_size) > 0
            for query, masks in zip(queries, pixels.cpu().numpy(), strict=True):
                tracks[query] += encode_rle(masks)
        rles = [tracks[query] for query in ranking.queries]
        return InstanceMasks(rles, ranking.scores, ranking.labels, out_size)

    def enlarge(self, logits: Tensor, out_size: tuple[int, int]) -> Tensor:
        """Mask logits (Q, t, h, w) at the size of the masks; see :func:`enlarge_masks`."""
        assert self.frame_size is not None
        return enlarge_masks(logits, self._padded_size, self.frame_size, out_size)

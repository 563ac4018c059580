"""The union of the chosen tracks.

Shapes: K tracks, T frames, (H, W) original frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from mevis.structures import InstanceMasks


@dataclass(frozen=True)
class TrackAnswer:
    """Which tracks a sentence means.

    Attributes:
        instances: The tracks.
        frames: T positions in them.
        scores: (K,) probabilities.
        chosen: (K,) bool.
        presence: Probability that the sentence means anything here, in [0, 1].
        chunk_size: Frames that are decoded at a time.
    """

    instances: InstanceMasks
    frames: Sequence[int]
    scores: Tensor
    chosen: Tensor
    presence: float
    chunk_size: int

    @property
    def score(self) -> float:
        """Mean probability of the chosen tracks; 0 without any."""
        return float(self.scores[self.chosen].mean()) if self.chosen.any() else 0.0

    def masks(self) -> Iterator[Tensor]:
        """Masks of the T frames in their order, chunk by chunk: (t, H, W) bool each."""
        chosen = self.instances.take(self.chosen.nonzero()[:, 0].tolist())
        for start in range(0, len(self.frames), self.chunk_size):
            tubes = chosen.decode(self.frames[start : start + self.chunk_size])
            yield tubes.any(0)


def choose_tracks(scores: Tensor, presence: float, threshold: float) -> Tensor:
    """Which of the tracks a sentence means.

    Args:
        scores: (K,) probabilities.
        presence: Probability that the sentence means anything here.
        threshold: Tracks above it are chosen.

    Returns:
        (K,) bool; where none is above the threshold, but something is there, the best track.
    """
    chosen = scores > threshold
    if len(scores) and presence > 0.5 and not chosen.any():
        chosen[scores.argmax()] = True
    return chosen

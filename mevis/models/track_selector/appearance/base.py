"""The contract of what a selector knows of the looks of tracks."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence

from torch import Tensor, nn

from mevis.structures import ClipTracks


class TrackAppearance(nn.Module, metaclass=ABCMeta):
    """Tokens of the looks of tracks.

    Attributes:
        num_frames: Frames of a video that it looks at, at most; 0: it needs no frames.
    """

    num_frames: int

    @abstractmethod
    def forward(
        self, clips: Tensor, tracks: Sequence[ClipTracks], num_tracks: int
    ) -> tuple[Tensor, Tensor]:
        """Looks at tracks.

        Args:
            clips: (B, T, 3, h, w), normalised.
            tracks: Tracks of each clip in its T frames.
            num_tracks: K, to which the result is padded.

        Returns:
            Tokens (B, K, A, C), and which of them say anything, (B, K, A) bool.
        """

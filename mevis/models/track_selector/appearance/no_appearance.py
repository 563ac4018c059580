"""Tracks without looks."""

from collections.abc import Sequence

from torch import Tensor

from mevis.models.track_selector.appearance.base import TrackAppearance
from mevis.registry import MODELS
from mevis.structures import ClipTracks


@MODELS.register_module()
class NoAppearance(TrackAppearance):
    """Looks at nothing: the selector knows trajectories only and needs no frames.

    Args:
        embed_dims: Channels C of the tokens that it does not give.
    """

    num_frames = 0

    def __init__(self, embed_dims: int) -> None:
        super().__init__()
        self.embed_dims = embed_dims

    def forward(
        self, clips: Tensor, tracks: Sequence[ClipTracks], num_tracks: int
    ) -> tuple[Tensor, Tensor]:
        """No tokens: A = 0."""
        shape = (len(tracks), num_tracks, 0)
        return clips.new_zeros(*shape, self.embed_dims), clips.new_zeros(shape).bool()

"""MinVIS: tracks are queries that look alike."""

from torch import nn

from mevis.models.dvis.frame_queries import FrameQueries, Tracked, TrackState
from mevis.models.dvis.matching import match_frames
from mevis.registry import MODELS


@MODELS.register_module()
class QueryMatcher(nn.Module):
    """Orders the queries of each frame by those of the frame before; learns nothing.

    Args:
        num_classes: Unused: what every tracker is told.
        embed_dims: Likewise.

    Source: Huang et al., "MinVIS: A Minimal Video Instance Segmentation Framework without
    Video-based Training", NeurIPS 2022.
    """

    def __init__(self, num_classes: int, embed_dims: int) -> None:
        super().__init__()

    def forward(self, frames: FrameQueries, state: TrackState | None = None) -> Tracked:
        """Tracks through the frames of a window.

        Args:
            frames: Queries of T frames.
            state: Of the window before; None at the start of a video.

        Returns:
            The queries of the frames in the order of the tracks.
        """
        reference = None if state is None else state.reference
        indices = match_frames(frames.embeds, reference, 'textbook')
        queries = frames.in_order(indices)
        return Tracked(queries, indices, TrackState(queries.embeds[-1]))

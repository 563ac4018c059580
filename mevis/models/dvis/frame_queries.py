"""What is known of the instances of some frames.

Shapes in this package: T frames of one video, Q queries, K classes, L decoder layers, C channels of
a query, M channels of the mask features, (h, w) cells at stride 4.
"""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class FrameQueries:
    """Queries of T frames.

    Attributes:
        logits: (T, Q, K + 1) class logits; the last is "no object".
        embeds: (T, Q, C), after the decoder's norm.
        kernels: (T, Q, M); with the mask features of their frame they give mask logits.
    """

    logits: Tensor
    embeds: Tensor
    kernels: Tensor

    def in_order(self, indices: Tensor) -> 'FrameQueries':
        """The queries of each frame in another order, (T, Q) int64."""

        def ordered(values: Tensor) -> Tensor:
            return values.gather(1, indices[..., None].expand_as(values))

        return FrameQueries(ordered(self.logits), ordered(self.embeds), ordered(self.kernels))


@dataclass(frozen=True)
class TrackState:
    """What goes from one window of a video to the next.

    Attributes:
        reference: (Q, C) queries of the last frame in the order of the tracks: what the next frame
            is matched with.
        memory: (Q, C) what the tracker made of them, before its norm; None for a tracker that only
            matches.
    """

    reference: Tensor
    memory: Tensor | None = None


@dataclass(frozen=True)
class Tracked:
    """Queries that are the same instance in every frame.

    Attributes:
        queries: By track instead of by frame.
        indices: (T, Q) int64, the query of the frame that was put at each place.
        state: Of the last frame.
    """

    queries: FrameQueries
    indices: Tensor
    state: TrackState


def mask_logits(kernels: Tensor, mask_features: Tensor) -> Tensor:
    """Masks of queries.

    Args:
        kernels: (T, Q, M).
        mask_features: (T, M, h, w).

    Returns:
        (Q, T, h, w) logits.
    """
    return (
        (kernels @ mask_features.flatten(2)).unflatten(2, mask_features.shape[2:]).transpose(0, 1)
    )

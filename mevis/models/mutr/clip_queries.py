"""How the clips of a test video agree on the query that answers for it.

Shapes: S clips, T frames, N queries, C channels.
"""

from collections.abc import Callable

from torch import Tensor, nn

from mevis.models.mutr.answer import ClipAnswer, VideoFeatures

CLIP_QUERIES = ('shared', 'own', 'joint', 'joint_choice')


def gather_clips(
    temporal_interaction: nn.Module, video: VideoFeatures, frame_queries: Tensor
) -> Tensor:
    """Runs MTI over the frame queries of all clips, each frame once, in the video's order.

    MTI's encoder looks at windows of frames and its decoder at N tokens per frame: time and memory
    grow with the frames of the video and no faster.

    Args:
        temporal_interaction: MTI.
        video: The video, S clips.
        frame_queries: (S, T, N, C), of the last decoder layer.

    Returns:
        The same video query for every clip, (S, N, C).
    """
    join, codes = video.plan.join, video.clips.time_codes
    query = temporal_interaction(
        join(frame_queries)[None],
        # Of the random query all are the same; an instance query has seen its clip's frames.
        video.clips.initial_query.mean(0, keepdim=True),
        None if codes is None else join(codes.temporal_interaction)[None],
    )
    return query.expand(len(video.plan.frames), -1, -1)


def chosen_queries(
    how: str, alone: ClipAnswer, jointly: Callable[[], ClipAnswer]
) -> tuple[ClipAnswer, Tensor, float]:
    """Which query of which answer stands for each clip.

    Args:
        how: One of ``CLIP_QUERIES``; see :class:`MUTR`.
        alone: What each of the S clips says alone.
        jointly: Gives what MTI over all clips says; asked only where it is needed.

    Returns:
        The answer that draws the masks, the number of the query in each clip, (S,), and the mean
        score of these queries.
    """
    scores, drawing = alone.scores, alone
    if how == 'shared':
        scores = scores.mean(0, keepdim=True).expand(len(scores), -1)
    elif how != 'own':
        together = jointly()
        scores = together.scores
        drawing = together if how == 'joint' else alone
    best = scores.max(-1)
    return drawing, best.indices, float(best.values.mean())

"""In which order instances are folded into the query."""

import numpy as np

from mevis.structures import ClipTracks

ORDERS = ('score', 'score_rising', 'area', 'first_seen')


def in_order(tracks: ClipTracks, order: str) -> ClipTracks:
    """Sorts tracks; what is equal stays in the order of the scores, then of the file.

    Args:
        tracks: Tracks in the frames of a clip.
        order: ``score``: the surest first; ``score_rising``: the surest last; ``area``: the largest
            in these frames first; ``first_seen``: by the first of these frames that shows them,
            those that none shows at the end.
    """
    tracks = tracks.top(len(tracks))
    if order == 'score':
        return tracks
    if order == 'score_rising':
        key = np.asarray(tracks.scores, np.float64)
    else:
        shape = tracks.trajectories()
        if order == 'area':
            key = -shape.areas.sum(1).numpy()
        else:
            seen = shape.visible.numpy()
            key = np.where(seen.any(1), seen.argmax(1), seen.shape[1])
    return tracks.take(np.argsort(key, kind='stable').tolist())

"""Tracks of any length as a fixed number of steps through each track's own life.

Shapes: K tracks, T frames, N steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from mevis.structures import Trajectories


@dataclass(frozen=True)
class TrackSteps:
    """K tracks, each cut into at most N steps of equal duration between its first and last frame.

    Attributes:
        boxes: (K, N, 4), (left, top, right, bottom) pixels, means over the frames of a step.
        areas: (K, N), pixels.
        times: (K, N), shares of the video.
        own_times: (K, N), shares of the track's own life, 0 to 1.
        seen: (K, N), share of the frames of a step in which the track is visible.
        valid: (K, N) bool; False where a step is a gap, or beyond the last one of a short track.
        sizes: (K, 2), (H, W) of the video of each track, pixels.
    """

    boxes: Tensor
    areas: Tensor
    times: Tensor
    own_times: Tensor
    seen: Tensor
    valid: Tensor
    sizes: Tensor

    @classmethod
    def cat(cls, videos: Sequence['TrackSteps']) -> 'TrackSteps':
        """The tracks of several videos, one after the other."""
        names = [field.name for field in fields(cls)]
        return cls(*(torch.cat([getattr(video, name) for video in videos]) for name in names))


def cut_into_steps(tracks: Trajectories, num_steps: int) -> TrackSteps:
    """Averages the frames of each step, so that 10 and 2,000 frames come out alike.

    A track that is there for a twentieth of the video has as many steps as one that is always
    there: what it does in that time is seen as finely.

    Args:
        tracks: K tracks in T frames.
        num_steps: N, at most.
    """
    visible = tracks.visible
    num_tracks, num_frames = visible.shape
    if not num_tracks or not num_frames:
        return _none(tracks, num_steps)
    frame = torch.arange(num_frames, device=visible.device)
    first = torch.where(visible, frame, num_frames).amin(1, keepdim=True)
    last = torch.where(visible, frame, -1).amax(1, keepdim=True)
    life = (last - first + 1).clamp(min=1)
    steps = life.clamp(max=num_steps)
    # The middle of a frame decides, so that reversed time gives reversed steps.
    step = ((2 * (frame - first) + 1) * steps).div(2 * life, rounding_mode='floor')
    step = step.clamp(0, num_steps - 1)
    within = (frame >= first) & (frame <= last)

    def total(values: Tensor, where: Tensor) -> Tensor:
        weighted = (values * where).to(tracks.boxes)
        return weighted.new_zeros(num_tracks, num_steps).scatter_add_(1, step, weighted)

    seen = total(torch.ones_like(step), visible)
    count = seen.clamp(min=1)
    times = tracks.times.to(tracks.boxes).expand(num_tracks, -1)
    boxes = [total(side, visible) / count for side in tracks.boxes.unbind(-1)]
    valid = seen > 0
    mean_times = total(times, visible) / count
    own = total((frame - first) / (life - 1).clamp(min=1), visible) / count
    seen = seen / total(torch.ones_like(step), within).clamp(min=1)
    return TrackSteps(
        torch.stack(boxes, -1),
        total(tracks.areas, visible) / count,
        mean_times,
        own,
        seen,
        valid,
        _sizes(tracks),
    )


def _none(tracks: Trajectories, num_steps: int) -> TrackSteps:
    zeros = tracks.boxes.new_zeros(len(tracks), num_steps)
    boxes = zeros[..., None].expand(-1, -1, 4)
    return TrackSteps(boxes, zeros, zeros, zeros, zeros, zeros > 0, _sizes(tracks))


def _sizes(tracks: Trajectories) -> Tensor:
    return tracks.boxes.new_tensor(tracks.size).expand(tracks.boxes.shape[0], 2)

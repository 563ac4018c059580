"""What a selector sees of a trajectory: numbers that mean the same at any size and frame rate.

Lengths are in units of the video's size (the root of its area) or of the object's own size, times
are shares of the video or of the track's own life.  Shapes: K tracks, N steps, F features.
"""

import torch
from torch import Tensor

from mevis.models.track_selector.time_waves import NUM_TIME_WAVES, time_waves
from mevis.models.track_selector.track_steps import TrackSteps

STILL_FEATURES = 19
"""Features that a shuffle of the steps leaves as they are."""
TIME_FEATURES = 9 + 2 * NUM_TIME_WAVES
"""Features that tell what comes before what."""


def trajectory_features(steps: TrackSteps, temporal_position: bool = True) -> Tensor:
    """Describes every step of every track.

    Args:
        steps: K tracks in N steps.
        temporal_position: Whether to say when a step is, and which way things go.  Without it the
            features of a track and of its reversal in time are the same, in reversed order.

    Returns:
        (K, N, F), zeros where a step is not valid; F is ``STILL_FEATURES``, and ``TIME_FEATURES``
        more with time.
    """
    unit = steps.sizes.prod(1).sqrt()[:, None]
    height, width = (side[:, None] / unit for side in steps.sizes.unbind(1))
    valid = steps.valid[..., None].to(steps.boxes)
    left, top, right, bottom = (side / unit for side in steps.boxes.unbind(-1))
    sides = torch.stack((right - left, bottom - top), -1).clamp(min=1e-4)
    centres = torch.stack((left + right, top + bottom), -1) / 2
    middle = torch.stack((width, height), -1) / 2
    borders = torch.stack((left, top, width - right, height - bottom), -1)
    log_size = sides.log().mean(-1, keepdim=True)
    own_size = _mean(log_size, valid).exp()
    offsets = centres - _mean(centres, valid)
    speeds, own_speeds, growth = _changes(steps, centres, log_size)
    own_speeds = own_speeds / own_size
    length = steps.times.amax(1, keepdim=True) - _first(steps.times, steps.valid)
    still = (
        2 * (centres - middle),
        4 * sides,
        log_size + 2,
        ((steps.areas / unit**2)[..., None] / sides.prod(-1, keepdim=True)).clamp(0.0, 2.0),
        borders.clamp(0.0, 0.1) * 10,
        4 * offsets,
        (offsets / own_size).asinh(),
        4 * (log_size - own_size.log()),
        steps.seen[..., None],
        _length(speeds).asinh(),
        _length(own_speeds).asinh(),
        length[..., None].expand_as(valid),
    )
    features = [*still]
    if temporal_position:
        features += [speeds.asinh(), own_speeds.asinh(), growth]
        features += [*_life(steps), time_waves(steps.times), time_waves(steps.own_times)]
    return torch.cat(features, -1) * valid


def _mean(values: Tensor, valid: Tensor) -> Tensor:
    """(K, 1, n): over the valid steps."""
    return (values * valid).sum(1, keepdim=True) / valid.sum(1, keepdim=True).clamp(min=1)


def _first(times: Tensor, valid: Tensor) -> Tensor:
    """(K, 1): of the valid steps; 1 where there is none."""
    return torch.where(valid, times, 1.0).amin(1, keepdim=True)


def _length(vectors: Tensor) -> Tensor:
    return vectors.square().sum(-1, keepdim=True).clamp(min=1e-12).sqrt()


def _changes(steps: TrackSteps, centres: Tensor, log_size: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What changes between the neighbours of a step that are seen.

    Returns:
        Speeds (K, N, 2) per length of the video and per length of the track's life, and growth
        (K, N, 1) per life.
    """
    number = steps.valid.shape[1]
    place = torch.arange(number, device=centres.device)
    # (K, N, N): the neighbours of every step that are valid.  No running maximum, for which the
    # graphs of other runtimes have no operation.
    valid = steps.valid[:, None]
    before = torch.where(valid & (place < place[:, None]), place, -1).amax(-1)
    after = torch.where(valid & (place > place[:, None]), place, number).amin(-1)
    before = torch.where(before < 0, place, before)
    after = torch.where(after >= number, place, after)

    def difference(values: Tensor) -> Tensor:
        return values.gather(1, after) - values.gather(1, before)

    moves = torch.stack([difference(side) for side in centres.unbind(-1)], -1)
    video = difference(steps.times)[..., None].clamp(min=1e-3)
    own = difference(steps.own_times)[..., None].clamp(min=1e-2)
    return moves / video, moves / own, difference(log_size[..., 0])[..., None] / own


def _life(steps: TrackSteps) -> tuple[Tensor, ...]:
    """When the track begins and ends, and when a step is, (K, N, 1) each."""
    begin = _first(steps.times, steps.valid).expand_as(steps.times)
    end = torch.where(steps.valid, steps.times, 0.0).amax(1, keepdim=True).expand_as(begin)
    return tuple(value[..., None] for value in (begin, end, steps.times, steps.own_times))

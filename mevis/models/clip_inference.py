"""How a video is cut into clips when it is tested."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mevis.structures import RefVidSegDataSample

CLIP_ORDERS = ('interleaved', 'consecutive')


@dataclass(frozen=True)
class ClipPlan:
    """Which frames of a video form which clip.

    Attributes:
        frames: (S, T) positions in the video, S clips of T frames.
        owner: (num_frames, 2): the clip and the place in it whose answer counts for a frame.
    """

    frames: Tensor
    owner: Tensor

    def join(self, clips: Tensor) -> Tensor:
        """Per-frame results of the clips, (S, T, ...), in the order of the video."""
        owner = self.owner.to(clips.device)
        return clips[owner[:, 0], owner[:, 1]]


def plan_clips(num_frames: int, clip_length: int | None, order: str = 'interleaved') -> ClipPlan:
    """Cuts a video into S clips of nearly the same number of frames, at most T.

    Interleaved, clip s takes frames s, s + S, s + 2S, ...: each clip spans the whole video at the
    spacing that a global frame sampler has in training, so that what a model learnt of motion
    between two frames still holds.  Consecutive clips hold neighbouring frames, as a local one
    gives them.  No ``clip_length`` takes the video as one clip, as the official inference does.

    Args:
        num_frames: Frames of the video.
        clip_length: Frames T of a clip, or None.
        order: ``interleaved`` or ``consecutive``.

    Returns:
        The plan; clips that come out short repeat their last frame.

    Raises:
        ValueError: If there is no such order.
    """
    if order not in CLIP_ORDERS:
        raise ValueError(f'clip_order {order!r}: one of {", ".join(CLIP_ORDERS)}.')
    num_clips = 1 if clip_length is None else -(-num_frames // clip_length)
    length = -(-num_frames // num_clips)
    clip = torch.arange(num_clips)[:, None]
    position = torch.arange(num_frames)
    if order == 'interleaved':
        frames = clip + num_clips * torch.arange(length)
        last = num_frames - 1 - (num_frames - 1 - clip) % num_clips
        owner = torch.stack((position % num_clips, position // num_clips), 1)
    else:
        first = clip * num_frames // num_clips
        last = (clip + 1) * num_frames // num_clips - 1
        frames = first + torch.arange(length)
        holder = torch.searchsorted(first[:, 0], position, right=True) - 1
        owner = torch.stack((holder, position - first[holder, 0]), 1)
    return ClipPlan(torch.minimum(frames, last), owner)


def clip_samples(plan: ClipPlan, sample: RefVidSegDataSample) -> list[RefVidSegDataSample]:
    """One sample per clip of the video, with its frames' times and instances."""
    clips = []
    for positions in plan.frames.tolist():
        indices = [sample.frame_indices[position] for position in positions]
        clip = RefVidSegDataSample(
            metainfo=dict(
                frame_indices=indices,
                num_video_frames=sample.num_video_frames,
                img_shape=sample.img_shape,
            )
        )
        if 'instances' in sample:
            clip.instances = sample.instances
        clips.append(clip)
    return clips

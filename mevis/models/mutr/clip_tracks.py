"""The instance tracks of a clip, as MUTR hands them to query initializers."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mevis.structures import ClipTracks, RefVidSegDataSample


def clip_tracks(
    clip: Tensor, sample: RefVidSegDataSample, normalize: Callable[[Tensor], Tensor]
) -> ClipTracks | None:
    """Tracks of the instances in the frames of a clip, where there are any.

    Args:
        clip: (T, 3, h, w), uint8 or normalised, padded at the right and below.
        sample: Its sample; its frames' times, sizes and ``instances`` are used.
        normalize: Normalises uint8 frames.

    Returns:
        The tracks, whose ``read`` gives normalised frames without padding; None where the sample
        has no instances.
    """
    if 'instances' not in sample:
        return None
    height, width = sample.img_shape

    def read(positions: Sequence[int]) -> Tensor:
        frames = clip[list(positions), :, :height, :width]
        return normalize(frames) if frames.dtype == torch.uint8 else frames

    return ClipTracks.of(
        sample.instances,
        sample.frame_indices,
        sample.num_video_frames,
        (height, width),
        tuple(clip.shape[-2:]),
        read,
    )

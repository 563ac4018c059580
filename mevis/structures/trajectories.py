"""Where tracks are over time: boxes, areas and visibility, without a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from pycocotools import mask as coco_mask
from torch import Tensor

from mevis.structures.instance_masks import InstanceMasks
from mevis.structures.mask_rle import as_coco


@dataclass(frozen=True)
class Trajectories:
    """K tracks of one video in T of its frames.

    Attributes:
        boxes: (K, T, 4) float32, (left, top, right, bottom) pixels; zeros where absent.
        areas: (K, T) float32, pixels of the mask, or of the box where there is no mask.
        visible: (K, T) bool, whether the track is there.
        times: (T,) float32, the frames' places in the video, 0 for its first frame and 1 for its
            last.
        size: (H, W) of the video, pixels.
        ids: K names of the tracks in the file that they come from.
    """

    boxes: Tensor
    areas: Tensor
    visible: Tensor
    times: Tensor
    size: tuple[int, int]
    ids: tuple[int | str, ...] = ()

    def __len__(self) -> int:
        return len(self.boxes)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> 'Trajectories':
        """The same on another device."""
        tensors = (self.boxes, self.areas, self.visible, self.times)
        moved = (tensor.to(device, non_blocking=non_blocking) for tensor in tensors)
        return Trajectories(*moved, self.size, self.ids)

    @classmethod
    def from_instances(
        cls, instances: InstanceMasks, frame_indices: Sequence[int], num_video_frames: int
    ) -> 'Trajectories':
        """Reads boxes and areas off the run lengths; no mask is decoded.

        Args:
            instances: Tracks in every frame of the video.
            frame_indices: T indices into the frames of the video.
            num_video_frames: Frames of the whole video, which times are a share of.
        """
        shape = (len(instances), len(frame_indices))
        boxes, areas = np.zeros((*shape, 4), np.float32), np.zeros(shape, np.float32)
        for k, track in enumerate(instances.rles):
            present = [t for t, index in enumerate(frame_indices) if track[index] is not None]
            if not present:
                continue
            rles = [as_coco(track[frame_indices[t]]) for t in present]
            areas[k, present] = coco_mask.area(rles)
            boxes[k, present] = coco_mask.toBbox(rles)
        boxes[..., 2:] += boxes[..., :2]
        visible = areas > 0
        if instances.flipped:
            boxes[..., [0, 2]] = instances.size[1] - boxes[..., [2, 0]]
        boxes[~visible] = 0
        return cls(
            torch.from_numpy(boxes),
            torch.from_numpy(areas),
            torch.from_numpy(visible),
            times_of(frame_indices, num_video_frames),
            tuple(instances.size),
            tuple(instances.ids or range(len(instances))),
        )


def times_of(frame_indices: Sequence[int], num_video_frames: int) -> Tensor:
    """Times of frames as shares of the video, (T,) float32 in [0, 1]; a single frame is at 0."""
    return torch.tensor(frame_indices, dtype=torch.float32) / max(num_video_frames - 1, 1)

"""Resize, crop and flip: one decision for all frames of a clip and its masks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mmcv.transforms import BaseTransform

from mevis.datasets.transforms.expression import swap_left_right
from mevis.datasets.transforms.image_size import resize_frame, scaled_size
from mevis.datasets.transforms.short_side import ShortSideTransform
from mevis.registry import TRANSFORMS
from mevis.structures import InstanceMasks, encode_rle

# Ground truth that follows the frames: of one sentence (T, H, W), of K instances (K, T, H, W).
_MASKS = ('gt_masks', 'gt_instance_masks')


def _resize_clip(results: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    results['frames'] = np.stack([resize_frame(frame, size) for frame in results['frames']])
    for key in _MASKS:
        if key in results:
            results[key] = _resize_masks(results[key], size)
    results['img_shape'] = size
    return results


def _resize_masks(masks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if not len(masks):
        return np.zeros((*masks.shape[:-2], *size), bool)
    flat = torch.from_numpy(np.ascontiguousarray(masks)).to(torch.uint8).flatten(0, -3)
    resized = F.interpolate(flat[None], size=size, mode='nearest')[0]
    return resized.bool().numpy().reshape(*masks.shape[:-2], *size)


@TRANSFORMS.register_module()
class ResizeClip(ShortSideTransform):
    """Resizes to a fixed shorter side.

    Its arguments are those of :class:`ShortSideTransform`.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Resizes frames and masks."""
        size = self.size_of(results['img_shape'])
        return _resize_clip(results, size)


@TRANSFORMS.register_module()
class RandomResizeClip(BaseTransform):
    """Resizes to one of several shorter sides.

    Args:
        short_sides: Choices, pixels.
        max_long_side: Bound of the longer side, pixels;
            None: unbounded.

    Raises:
        ValueError: If there is no choice.
    """

    def __init__(self, short_sides: Sequence[int], max_long_side: int | None = None) -> None:
        if not short_sides:
            raise ValueError('short_sides must name one side or more')
        self.short_sides = tuple(short_sides)
        self.max_long_side = max_long_side

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws a size, resizes frames and masks."""
        short_side = self.short_sides[int(results['rng'].integers(len(self.short_sides)))]
        return _resize_clip(
            results, scaled_size(results['img_shape'], short_side, self.max_long_side)
        )


@TRANSFORMS.register_module()
class RandomCropClip(BaseTransform):
    """Cuts out a window of random size and place.

    Instance tracks are cut too; they then know the sampled frames only.

    Args:
        min_size: Smallest side of the window, pixels (the clip's own side where that is smaller).
        max_size: Largest side of the window, pixels.

    Raises:
        ValueError: If the smallest is larger than the largest.
    """

    def __init__(self, min_size: int, max_size: int) -> None:
        if min_size > max_size:
            raise ValueError(f'min_size {min_size} must not be above max_size {max_size}')
        self.min_size = min_size
        self.max_size = max_size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws a window and cuts frames, masks and tracks."""
        rng = results['rng']
        height, width = results['img_shape']
        h, w = (self._draw_side(side, rng) for side in (height, width))
        top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
        window = (slice(None), slice(top, top + h), slice(left, left + w))
        results['frames'] = results['frames'][window]
        for key in _MASKS:
            if key in results:
                results[key] = results[key][(..., *window[1:])]
        if 'instances' in results:
            results['instances'] = _crop_instances(results, (height, width), window)
        results['img_shape'] = (h, w)
        return results

    def _draw_side(self, side: int, rng: np.random.Generator) -> int:
        return int(rng.integers(min(self.min_size, side), min(self.max_size, side) + 1))


def _crop_instances(
    results: dict[str, Any], size: tuple[int, int], window: tuple[slice, ...]
) -> InstanceMasks:
    instances, frames = results['instances'], results['frame_indices']
    masks = instances.decode(frames, size).numpy()
    tracks = []
    for mask in masks:
        track: list[dict[str, Any] | None] = [None] * results['num_video_frames']
        cut = np.ascontiguousarray(mask[window])
        for frame, seen, rle in zip(frames, cut, encode_rle(cut), strict=True):
            track[frame] = rle if seen.any() else None
        tracks.append(track)
    cut_size = tuple(part.stop - part.start for part in window[1:])
    return replace(instances, rles=tracks, size=cut_size, flipped=False)


@TRANSFORMS.register_module()
class RandomFlipClip(BaseTransform):
    """Mirrors the clip and says left for right in the sentence.

    Args:
        prob: Probability of a flip.
    """

    def __init__(self, prob: float = 0.5) -> None:
        self.prob = prob

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws whether to flip; flips frames, masks, tracks and sentences."""
        if results['rng'].random() >= self.prob:
            return results
        results['frames'] = results['frames'][:, :, ::-1]
        for key in _MASKS:
            if key in results:
                results[key] = results[key][..., ::-1]
        if 'instances' in results:
            instances = results['instances']
            results['instances'] = replace(instances, flipped=not instances.flipped)
        results['expressions'] = [
            replace(expression, text=swap_left_right(expression.text))
            for expression in results['expressions']
        ]
        results['flip'] = not results['flip']
        return results


@TRANSFORMS.register_module()
class RandomSelectTransforms(BaseTransform):
    """One of two lists of transforms, as DETR's "resize, or crop and resize".

    Args:
        first: Configs of transforms.
        second: Configs of the others.
        prob: Probability of the first list.
    """

    def __init__(
        self,
        first: Sequence[Mapping[str, Any]],
        second: Sequence[Mapping[str, Any]],
        prob: float = 0.5,
    ) -> None:
        self.branches = [
            [TRANSFORMS.build(dict(transform)) for transform in branch]
            for branch in (first, second)
        ]
        self.prob = prob

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws a list and applies it."""
        for transform in self.branches[0 if results['rng'].random() < self.prob else 1]:
            results = transform(results)
        return results

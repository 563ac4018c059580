"""Clips made of single images, for training on RefCOCO."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS

_LARGEST_INSET = 0.3


@TRANSFORMS.register_module()
class ImageToPseudoClip(BaseTransform):
    """Makes T frames of an image: itself, and T - 1 random views of it, shuffled.

    As in the joint training of ReferFormer and MUTR, each view is drawn from the image itself, not
    from the view before it, and the order of the frames is random.  So nothing moves along a path:
    a model that learns from such clips learns to ignore the order of frames.  Comes after
    ``LoadClipFrames`` and ``LoadClipMasks``.

    Args:
        num_frames: Frames T of the clip; 1 leaves the image as it is.
        rotation: Largest rotation, degrees.
        translation: Largest shift, of the sides of the image.
        perspective: How far corners are drawn inwards: the standard deviation, of the sides.
        brightness: Largest shift of brightness, of 255.
        hue_saturation: Largest shift of hue and of saturation, of 255.
        blur_prob: Probability of motion blur in a view.
        blur_sizes: Lengths of the motion blur, pixels, odd.

    Raises:
        ValueError: If ``num_frames`` is not positive or a length of the blur is even.
    """

    def __init__(
        self,
        num_frames: int,
        rotation: float = 20.0,
        translation: float = 0.1,
        perspective: float = 0.08,
        brightness: float = 40.0,
        hue_saturation: float = 5.0,
        blur_prob: float = 0.25,
        blur_sizes: tuple[int, ...] = (9, 11),
    ) -> None:
        if num_frames < 1:
            raise ValueError(f'num_frames must be at least 1, not {num_frames}.')
        if any(size < 1 or size % 2 == 0 for size in blur_sizes) or not blur_sizes:
            raise ValueError(f'blur_sizes must be odd numbers, not {list(blur_sizes)}.')
        self.num_frames = num_frames
        self.rotation = rotation
        self.translation = translation
        self.perspective = perspective
        self.brightness = brightness
        self.hue_saturation = hue_saturation
        self.blur_prob = blur_prob
        self.blur_sizes = tuple(blur_sizes)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws the views.

        Raises:
            ValueError: If there is more than one frame, or the item is one of testing.
        """
        if len(results['frames']) != 1 or results['test_mode']:
            raise ValueError('ImageToPseudoClip is for training on datasets of images.')
        rng, count = results['rng'], self.num_frames
        image, mask = results['frames'][0], results['gt_masks'][0]
        views = [(image, mask), *(self._view(image, mask, rng) for _ in range(count - 1))]
        order = rng.permutation(count)
        results['frames'] = np.stack([views[index][0] for index in order])
        results['gt_masks'] = np.stack([views[index][1] for index in order])
        for key in ('frame_names', 'frame_paths', 'gt_rles'):
            if key in results:
                results[key] = list(results[key]) * count
        results['frame_indices'] = list(range(count))
        results['num_video_frames'] = count
        return results

    def _view(
        self, image: np.ndarray, mask: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        matrix = self._draw_matrix(mask.shape, rng)
        size = mask.shape[::-1]
        image = cv2.warpPerspective(self._recolour(image, rng), matrix, size)
        mask = cv2.warpPerspective(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
        if rng.random() < self.blur_prob:
            image = self._blur(image, rng)
        return image, mask.astype(bool)

    def _draw_matrix(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """(3, 3): perspective, then rotation about the middle and shift."""
        height, width = shape
        sides = np.asarray([width, height], np.float32)
        corners = np.asarray([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        inset = np.abs(rng.normal(0, self.perspective, (4, 2))).clip(max=_LARGEST_INSET)
        inner = np.abs(corners - inset.astype(np.float32))
        warp = cv2.getPerspectiveTransform(inner * sides, corners * sides)
        angle = float(rng.uniform(-self.rotation, self.rotation))
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        turn[:, 2] += rng.uniform(-self.translation, self.translation, 2) * sides
        return np.vstack([turn, [0, 0, 1]]) @ warp

    def _recolour(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Brightness, hue and saturation, or one of the two."""
        both = int(rng.integers(3))
        # Float HSV of OpenCV: hue in degrees, saturation in [0, 1], value in [0, 255].
        hsv = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2HSV)
        if both != 0:
            hsv[..., 2] += rng.uniform(-self.brightness, self.brightness)
        if both != 1:
            hue, saturation = rng.uniform(-self.hue_saturation, self.hue_saturation, 2) / 255
            hsv[..., 0] = (hsv[..., 0] + 360 * hue) % 360
            hsv[..., 1] = (hsv[..., 1] + saturation).clip(0, 1)
        return cv2.cvtColor(hsv.clip(0, 360), cv2.COLOR_HSV2RGB).clip(0, 255).astype(np.uint8)

    def _blur(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = int(rng.choice(self.blur_sizes))
        kernel = np.zeros((size, size), np.float32)
        kernel[size // 2] = 1
        angle = float(rng.uniform(0, 180))
        turn = cv2.getRotationMatrix2D((size // 2, size // 2), angle, 1.0)
        kernel = cv2.warpAffine(kernel, turn, (size, size))
        return cv2.filter2D(image, -1, kernel / kernel.sum())

"""Photometric distortion of a clip."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mevis.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PhotometricDistortClip(BaseTransform):
    """Brightness, contrast, saturation, hue and order of channels, the same for all frames.

    The official code draws per frame, which makes static objects flicker, and lets values
    wrap around at 0 and 255; here a clip is distorted as one and values are cut.  Each part is
    applied with probability 0.5.

    Args:
        brightness_delta: Largest shift of brightness, of 255.
        contrast_range: Factors of contrast.
        saturation_range: Factors of saturation.
        hue_delta: Largest turn of hue, degrees; 0 where sentences name exact colours.
        swap_channels: Whether colour channels may change places; False where sentences name
            colours.
    """

    def __init__(
        self,
        brightness_delta: float = 32.0,
        contrast_range: tuple[float, float] = (0.5, 1.5),
        saturation_range: tuple[float, float] = (0.5, 1.5),
        hue_delta: float = 18.0,
        swap_channels: bool = True,
    ) -> None:
        self.brightness_delta = brightness_delta
        self.contrast_range = tuple(contrast_range)
        self.saturation_range = tuple(saturation_range)
        self.hue_delta = hue_delta
        self.swap_channels = swap_channels

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draws one distortion and applies it to every frame."""
        rng = results['rng']
        shift = self._maybe(rng, rng.uniform(-self.brightness_delta, self.brightness_delta), 0.0)
        contrast = self._maybe(rng, rng.uniform(*self.contrast_range), 1.0)
        contrast_first = rng.random() < 0.5
        saturation = self._maybe(rng, rng.uniform(*self.saturation_range), 1.0)
        hue = self._maybe(rng, rng.uniform(-self.hue_delta, self.hue_delta), 0.0)
        channels = rng.permutation(3)
        channels = self._maybe(rng, channels, np.arange(3)) if self.swap_channels else np.arange(3)

        frames = np.empty(results['frames'].shape, np.uint8)
        for index, frame in enumerate(results['frames']):
            image = frame.astype(np.float32) + np.float32(shift)
            image *= np.float32(contrast if contrast_first else 1.0)
            image = _turn_hue(image, saturation, hue)
            image *= np.float32(1.0 if contrast_first else contrast)
            frames[index] = image.clip(0, 255)[:, :, channels]
        results['frames'] = frames
        return results

    @staticmethod
    def _maybe(rng: np.random.Generator, value: Any, neutral: Any) -> Any:
        return value if rng.random() < 0.5 else neutral


def _turn_hue(image: np.ndarray, saturation: float, hue: float) -> np.ndarray:
    if saturation == 1.0 and hue == 0.0:
        return image
    # Float HSV of OpenCV: hue in degrees, saturation in [0, 1], value in the unit of the image.
    hsv = cv2.cvtColor(image.clip(0, None), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + np.float32(hue)) % 360
    hsv[..., 1] = (hsv[..., 1] * np.float32(saturation)).clip(0, 1)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)

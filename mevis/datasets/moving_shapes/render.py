"""From a scene to frames and masks."""

import cv2
import numpy as np

from mevis.datasets.moving_shapes.looks import sprite
from mevis.datasets.moving_shapes.paths import Size
from mevis.datasets.moving_shapes.scene import Scene, Shape


def render(
    scene: Scene, rng: np.random.Generator, num_frames: int, size: Size
) -> tuple[np.ndarray, np.ndarray]:
    """Draws a scene.

    Args:
        scene: The scene.
        rng: Source of randomness, for the background.
        num_frames: T.
        size: (H, W).

    Returns:
        Frames (T, H, W, 3) uint8 RGB and visible masks (N, T, H, W) bool.
    """
    frames = _background(scene, rng, num_frames, size)
    masks = np.zeros((len(scene.shapes), num_frames, *size), dtype=bool)
    scale = min(size) / 128
    for index, shape in enumerate(scene.shapes):
        for t in range(num_frames):
            _paste(frames[t], masks[: index + 1, t], shape, t, scale)
    return frames, masks


def _paste(frame: np.ndarray, masks: np.ndarray, shape: Shape, t: int, scale: float) -> None:
    """Draws one shape into a frame; what it covers is taken from the masks below."""
    height, width = frame.shape[:2]
    diameter = max(4, round(shape.look.diameter * scale * float(shape.track.scales[t])))
    rgb, opacity = sprite(shape.look, diameter)
    left, top = np.round(shape.track.centres[t] - diameter / 2).astype(int)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + diameter, width), min(top + diameter, height)
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    cover = opacity[part]
    patch = frame[y0:y1, x0:x1]
    patch[:] = (rgb[part] * cover + patch * (1 - cover) + 0.5).astype(np.uint8)
    solid = cover[..., 0] > 0.5
    masks[:-1, y0:y1, x0:x1] &= ~solid
    masks[-1, y0:y1, x0:x1] = solid


def _background(scene: Scene, rng: np.random.Generator, num_frames: int, size: Size) -> np.ndarray:
    """A soft texture of two scales that pans by whole pixels."""
    height, width = size
    reach = int(np.ceil(num_frames)) + 2
    canvas = (height + 2 * reach, width + 2 * reach)
    tone = rng.uniform(80, 170) + rng.uniform(-22, 22, 3)
    texture = np.zeros((*canvas, 3), np.float32)
    for cells, light, tint in ((5, 20.0, 7.0), (24, 9.0, 3.0)):
        shape = (cells, cells * 3 // 2)
        noise = light * rng.normal(size=(*shape, 1)) + tint * rng.normal(size=(*shape, 3))
        texture += cv2.resize(noise.astype(np.float32), canvas[::-1], interpolation=cv2.INTER_CUBIC)
    texture = np.clip(texture + tone.astype(np.float32), 20, 235).astype(np.uint8)
    middle = (num_frames - 1) / 2
    frames = np.empty((num_frames, height, width, 3), np.uint8)
    for t in range(num_frames):
        x = reach + round(scene.pan[0] * (t - middle))
        y = reach + round(scene.pan[1] * (t - middle))
        frames[t] = texture[y : y + height, x : x + width]
    return frames

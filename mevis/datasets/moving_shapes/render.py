"""Draws a scene."""

import cv2
import numpy as np

from mevis.datasets.moving_shapes.scene import Scene
from mevis.datasets.moving_shapes.sprites import MARGIN, SPRITE, background, sprite_of

Window = tuple[slice, slice]


def render_scene(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames and masks of a scene.

    Returns:
        Frames (T, H, W, 3) uint8 RGB; visible masks (objects, T, H, W) bool; the whole area of
        each object in each frame, hidden and outside parts included, (objects, T) in pixels.
    """
    arena = scene.arena
    frames = _backgrounds(scene).astype(np.float32)
    masks = np.zeros((len(scene.objects), arena.num_frames, arena.height, arena.width), bool)
    for index in scene.depth:
        item = scene.objects[index]
        picture = sprite_of(item.look)
        for frame in range(arena.num_frames):
            diameter = item.look.diameter * item.path.scale[frame]
            drawn = _stamp(picture, item.path.centres[frame], diameter, arena.height, arena.width)
            if drawn is None:
                continue
            patch, window = drawn
            canvas = frames[frame][window]
            canvas *= 1 - patch[..., 3:]
            canvas += patch[..., :3]
            solid = patch[..., 3] > 0.5
            masks[(slice(None), frame, *window)] &= ~solid
            masks[(index, frame, *window)] = solid
    whole = np.stack([_whole_area(item) for item in scene.objects])
    return np.clip(frames, 0, 255).astype(np.uint8), masks, whole


def visible_shares(masks: np.ndarray, whole: np.ndarray) -> list[float]:
    """Per object, the share of its whole area that can be seen, averaged over the frames."""
    return [float(share) for share in (masks.sum((2, 3)) / np.maximum(whole, 1)).mean(1)]


def _backgrounds(scene: Scene) -> np.ndarray:
    arena = scene.arena
    pad = int(np.abs(scene.background).max()) + 2
    canvas = background(scene.background_seed, arena.height + 2 * pad, arena.width + 2 * pad)
    frames = np.empty((arena.num_frames, arena.height, arena.width, 3), np.uint8)
    for frame, (x, y) in enumerate(scene.background):
        matrix = np.array([[1, 0, x - pad], [0, 1, y - pad]], np.float32)
        cv2.warpAffine(canvas, matrix, (arena.width, arena.height), dst=frames[frame])
    return frames


def _stamp(
    picture: np.ndarray, centre: np.ndarray, diameter: float, height: int, width: int
) -> tuple[np.ndarray, Window] | None:
    """The part of the sprite inside the frame, (h, w, 4), and where it goes; None if outside."""
    scale = diameter / (SPRITE - 2 * MARGIN)
    half = scale * SPRITE / 2
    left, top = int(np.floor(centre[0] - half)), int(np.floor(centre[1] - half))
    right, bottom = int(np.ceil(centre[0] + half)) + 1, int(np.ceil(centre[1] + half)) + 1
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if right <= left or bottom <= top:
        return None
    # Pixel i covers [i, i + 1), so its centre is at i + 0.5, in frame and sprite alike.
    shift = [float(c) - half - corner for c, corner in zip(centre, (left, top), strict=True)]
    matrix = np.array(
        [
            [scale, 0, shift[0] + 0.5 * scale - 0.5],
            [0, scale, shift[1] + 0.5 * scale - 0.5],
        ],
        np.float32,
    )
    small = _halved(picture, scale)
    if small is not picture:
        matrix[:, :2] *= 2
        matrix[:, 2] += 0.5 * scale
    patch = cv2.warpAffine(small, matrix, (right - left, bottom - top))
    return patch, (slice(top, bottom), slice(left, right))


_HALVES: dict[int, tuple[np.ndarray, np.ndarray]] = {}


def _halved(picture: np.ndarray, scale: float) -> np.ndarray:
    """Half the size where the sprite is much reduced, so that edges stay smooth."""
    if scale > 0.6:
        return picture
    known = _HALVES.get(id(picture))
    if known is None or known[0] is not picture:
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        known = _HALVES[id(picture)] = (picture, half)
    return known[1]


def _whole_area(item) -> np.ndarray:
    opacity = sprite_of(item.look)[..., 3]
    share = float((opacity > 0.5).mean())
    side = item.look.diameter * item.path.scale * SPRITE / (SPRITE - 2 * MARGIN)
    return share * side**2

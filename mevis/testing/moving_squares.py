"""Painted squares that move over a textured wall, filmed by a still or a shaking camera."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mevis.structures import InstanceMasks, VideoFrames

SIZE = (120, 200)
"""(H, W) of the frames, pixels."""
_MARGIN = 20
_COLOURS = ((250, 40, 40), (30, 230, 250), (20, 20, 20), (250, 250, 60))
Path = Callable[[int], tuple[float, float] | None]


@dataclass
class Scene:
    """What was filmed.

    Attributes:
        frames: (T, H, W, 3) uint8.
        masks: Where each square is seen, (K, T, H, W) bool.
    """

    frames: np.ndarray
    masks: np.ndarray

    @property
    def video(self) -> VideoFrames:
        """The frames as a source of tracks gets them."""
        names = [str(t) for t in range(len(self.frames))]
        return VideoFrames('squares', names, SIZE, lambda at: self.frames[list(at)])


def texture(size: tuple[int, int], seed: int) -> np.ndarray:
    """Blotches, (H, W, 3) uint8."""
    noise = np.random.default_rng(seed).uniform(0, 255, (*size, 3)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2)
    return cv2.normalize(blurred, None, 60, 140, cv2.NORM_MINMAX).astype(np.uint8)


def film(paths: Sequence[Path], num_frames: int = 24, shake: float = 0.0, side: int = 18) -> Scene:
    """Films squares.

    Args:
        paths: Per square, the (x, y) of its corner in a frame; None where it is away.
        num_frames: T.
        shake: Pixels by which the camera jumps about.
        side: Of a square, pixels.
    """
    rng = np.random.default_rng(5)
    wall = texture((SIZE[0] + 2 * _MARGIN, SIZE[1] + 2 * _MARGIN), 0)
    frames = np.empty((num_frames, *SIZE, 3), np.uint8)
    masks = np.zeros((len(paths), num_frames, *SIZE), bool)
    for t in range(num_frames):
        picture, owner = wall.copy(), np.full(wall.shape[:2], len(paths), np.uint8)
        for k, path in enumerate(paths):
            place = path(t)
            if place is not None:
                x, y = (round(value) + _MARGIN for value in place)
                square = np.s_[max(y, 0) : y + side, max(x, 0) : x + side]
                picture[square], owner[square] = _COLOURS[k], k
        turn = cv2.getRotationMatrix2D((SIZE[1] / 2, SIZE[0] / 2), rng.normal() * shake / 5, 1)
        turn[:, 2] += rng.normal(size=2) * shake - _MARGIN
        seen = cv2.warpAffine(picture, turn, SIZE[::-1])
        frames[t] = np.clip(seen + rng.normal(0, 2, seen.shape), 0, 255)
        owner = cv2.warpAffine(owner, turn, SIZE[::-1], flags=cv2.INTER_NEAREST, borderValue=255)
        for k in range(len(paths)):
            masks[k, t] = owner == k
    return Scene(frames, masks)


def best_match(tracks: InstanceMasks, truth: np.ndarray) -> tuple[int, float]:
    """The track that overlaps a square (T, H, W) most over the whole video, and by which IoU."""
    masks = tracks.decode(range(truth.shape[0])).numpy()
    ious = [(mask & truth).sum() / (mask | truth).sum() for mask in masks]
    return int(np.argmax(ious)), float(np.max(ious))

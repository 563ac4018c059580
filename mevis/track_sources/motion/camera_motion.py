"""How the camera moved: where each frame lies in a key frame shortly before it."""

from dataclasses import dataclass, field

import cv2
import numpy as np

_MOST_CORNERS = 400
_FEWEST_INLIERS = 15
_LOWEST_INLIER_SHARE = 0.4
_INLIER_PIXELS = 1.5
_MOST_DIFFERENCE = 40
_SAME_WALL = 12.0
_SAME_SCENE = 0.7
_LEAST_COMMON = 0.3
_LARGEST_SHIFT = 0.2
_LONGEST_SEGMENT = 150


@dataclass
class CameraPath:
    """Homographies from frames to key frames.

    Attributes:
        keys: Per frame, the position of its key, an earlier frame of the same shot;
            the first frame of a shot is its own key.
        to_key: Per frame, the (3, 3) homography from its pixels to those of its key.
    """

    keys: list[int] = field(default_factory=list)
    to_key: list[np.ndarray] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys)

    def shot(self, frame: int) -> int:
        """The first frame of the shot."""
        while self.keys[frame] != frame:
            frame = self.keys[frame]
        return frame

    def segments(self) -> list[range]:
        """Stretches of frames that share a key; a shot begins with its own."""
        # The first frame of a shot is its own key, as of those that follow it.
        starts = [t for t in range(len(self)) if t == 0 or self.keys[t] != self.keys[t - 1]]
        return [range(*pair) for pair in zip(starts, [*starts[1:], len(self)], strict=True)]

    def between(self, source: int, target: int) -> np.ndarray:
        """The homography from a frame's pixels to those of another of the same shot."""
        if self.keys[source] == self.keys[target]:
            return np.linalg.inv(self.to_key[target]) @ self.to_key[source]
        return np.linalg.inv(self._to_shot(target)) @ self._to_shot(source)

    def step(self, frame: int) -> np.ndarray:
        """The homography from the frame before; the identity for the first of a shot."""
        return np.eye(3) if self.keys[frame] == frame else self.between(frame - 1, frame)

    def is_still(self, frame: int) -> bool:
        """Whether a frame lies where its key does."""
        return np.array_equal(self.to_key[frame], np.eye(3))

    def _to_shot(self, frame: int) -> np.ndarray:
        """The homography to the first frame of the shot."""
        transform = self.to_key[frame]
        while self.keys[frame] != frame:
            frame = self.keys[frame]
            transform = self.to_key[frame] @ transform
        return transform


class CameraTracker:
    """Registers each frame to a key, not to the frame before, so that errors do not add up.

    A key is replaced when the camera has moved far from it, or after a while; a frame that cannot
    be registered begins a new shot.
    """

    def __init__(self) -> None:
        self.path = CameraPath()
        self._key: int = 0
        self._key_image: np.ndarray | None = None
        self._corners: np.ndarray | None = None
        self._last_image: np.ndarray | None = None

    def add(self, image: np.ndarray) -> None:
        """Registers the next frame.

        Args:
            image: (H, W) uint8, grey.
        """
        now, path = len(self.path), self.path
        transform = None
        if self._last_image is not None:
            guess = path.to_key[-1] if path.keys[-1] == self._key else np.eye(3)
            transform = self._register(image, guess)
            if self._key != now - 1 and (transform is None or self._is_far(transform, now)):
                self._set_key(now - 1, self._last_image)
                transform = self._register(image, np.eye(3))
        if transform is None:
            self._set_key(now, image)
            transform = np.eye(3)
        path.keys.append(self._key)
        path.to_key.append(transform)
        self._last_image = image

    def _set_key(self, position: int, image: np.ndarray) -> None:
        self._key, self._key_image = position, image
        self._corners = cv2.goodFeaturesToTrack(image, _MOST_CORNERS, 0.01, 8)

    def _is_far(self, transform: np.ndarray, now: int) -> bool:
        shift = _corner_shifts(transform, self._key_image.shape).max()
        return (
            shift > _LARGEST_SHIFT * max(self._key_image.shape)
            or now - self._key > _LONGEST_SEGMENT
        )

    def _register(self, image: np.ndarray, guess: np.ndarray) -> np.ndarray | None:
        """The homography from the image to the key, None where too little agrees on one."""
        transform = self._homography(image, guess)
        if transform is None:
            # In front of a plain wall there is nothing to hold on to: still, unless all is new.
            return np.eye(3) if self._is_same_scene(image) else None
        # Where most that can be followed belongs to an object, the object is not the camera.
        still = _misfit(image, self._key_image, np.eye(3))
        return transform if _misfit(image, self._key_image, transform) < still else np.eye(3)

    def _is_same_scene(self, image: np.ndarray) -> bool:
        if self._corners is None or len(self._corners) < _FEWEST_INLIERS:
            return _misfit(image, self._key_image, np.eye(3)) < _SAME_WALL
        return np.corrcoef(image.ravel(), self._key_image.ravel())[0, 1] > _SAME_SCENE

    def _homography(self, image: np.ndarray, guess: np.ndarray) -> np.ndarray | None:
        if self._corners is None or len(self._corners) < _FEWEST_INLIERS:
            return None
        start = cv2.perspectiveTransform(self._corners, np.linalg.inv(guess)).astype(np.float32)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            self._key_image,
            image,
            self._corners,
            start,
            winSize=(15, 15),
            maxLevel=3,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        inside = ((found >= 0) & (found < image.shape[::-1])).all(axis=(1, 2))
        good = (status[:, 0] == 1) & inside
        if good.sum() < _FEWEST_INLIERS:
            return None
        transform, inliers = cv2.findHomography(
            found[good], self._corners[good], cv2.USAC_MAGSAC, _INLIER_PIXELS
        )
        fewest = max(_FEWEST_INLIERS, _LOWEST_INLIER_SHARE * good.sum())
        return None if transform is None or inliers.sum() < fewest else transform


def _misfit(image: np.ndarray, key: np.ndarray, transform: np.ndarray) -> float:
    """How much an aligned picture differs from the key where both show something, 0..40."""
    size = key.shape[::-1]
    aligned = cv2.warpPerspective(image, transform, size)
    inside = cv2.warpPerspective(np.ones_like(image), transform, size) > 0
    if inside.mean() < _LEAST_COMMON:
        return float(_MOST_DIFFERENCE)
    return float(np.minimum(cv2.absdiff(aligned, key)[inside], _MOST_DIFFERENCE).mean())


def _corner_shifts(transform: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """How far the corners of the picture move, (4,) pixels."""
    height, width = size
    corners = np.array([[[0, 0], [width, 0], [0, height], [width, height]]], np.float64)
    return np.linalg.norm(cv2.perspectiveTransform(corners, transform) - corners, axis=-1)[0]

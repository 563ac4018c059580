"""How an object looks, to find it again where it shares a region with others."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mevis.track_sources.motion.regions import Region

_MOST_DIFFERENCE = 40.0
_PER_PIXEL_AWAY = 0.35
_SURE = 0.6


@dataclass(frozen=True)
class Appearance:
    """The colours of an object when it was last seen alone.

    Attributes:
        shape: Its pixels then.
        colours: (h, w, 3) float32, of its box.
    """

    shape: Region
    colours: np.ndarray

    @classmethod
    def of(cls, region: Region, frame: np.ndarray) -> 'Appearance':
        """Takes the colours of a region from a frame (H, W, 3) uint8."""
        return cls(region, frame[region.window].astype(np.float32))

    def difference(self, frame: np.ndarray, left: int, top: int) -> np.ndarray:
        """How much each pixel differs if the object's box is there, (h, w) in 0..40.

        Pixels beyond the border of the frame differ fully.
        """
        height, width = self.shape.mask.shape
        result = np.full((height, width), _MOST_DIFFERENCE, np.float32)
        y0, x0 = max(0, -top), max(0, -left)
        y1, x1 = min(height, frame.shape[0] - top), min(width, frame.shape[1] - left)
        if y1 <= y0 or x1 <= x0:
            return result
        piece = frame[top + y0 : top + y1, left + x0 : left + x1]
        change = np.abs(piece - self.colours[y0:y1, x0:x1]).mean(axis=-1)
        result[y0:y1, x0:x1] = np.minimum(change, _MOST_DIFFERENCE)
        return result

    def find(self, frame: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, bool]:
        """Looks for the object near a place.

        Args:
            frame: (H, W, 3) uint8.
            centre: (x, y) where its box should be.

        Returns:
            Where the centre of its box fits best, and whether it is surely seen there.
        """
        reach = int(np.clip(0.2 * max(self.shape.mask.shape), 2, 8))
        coarse = {
            (dx, dy): self._cost(frame, centre, dx, dy)
            for dy in range(-reach, reach + 1, 2)
            for dx in range(-reach, reach + 1, 2)
        }
        x, y = min(coarse, key=lambda shift: coarse[shift])
        fine = {
            (dx, dy): self._cost(frame, centre, dx, dy)
            for dy in range(y - 1, y + 2)
            for dx in range(x - 1, x + 2)
        }
        best = min(fine, key=lambda shift: fine[shift])
        return centre + best, fine[best] < _SURE * _MOST_DIFFERENCE

    def _cost(self, frame: np.ndarray, centre: np.ndarray, dx: int, dy: int) -> float:
        """How little the object seems to be there; a place far from the expected one is dearer."""
        place = self.shape.moved_to(centre)
        difference = self.difference(frame, place.left + dx, place.top + dy)
        return float(difference[self.shape.mask].mean()) + _PER_PIXEL_AWAY * float(np.hypot(dx, dy))


def divide(
    region: Region, frame: np.ndarray, objects: Sequence[tuple[Appearance, np.ndarray]]
) -> list[Region | None]:
    """Gives each pixel of a region to the object that it looks most like, or lies nearest to.

    Args:
        region: What several objects share.
        frame: (H, W, 3) uint8.
        objects: The look of each and the centre of its box.

    Returns:
        The part of each; None where nothing is left.
    """
    height, width = region.mask.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    costs = []
    for appearance, centre in objects:
        half = appearance.shape.size / 2
        across = (x + 0.5 + region.left - centre[0]) / half[0]
        down = (y + 0.5 + region.top - centre[1]) / half[1]
        cost = _MOST_DIFFERENCE * (0.75 + np.hypot(across, down))
        moved = appearance.shape.moved_to(centre)
        difference = cv2.blur(appearance.difference(frame, moved.left, moved.top), (5, 5))
        _lower(cost, region, moved, difference)
        costs.append(cost)
    nearest = np.argmin(costs, axis=0)
    return [region.part(nearest == index) for index in range(len(objects))]


def _lower(cost: np.ndarray, region: Region, moved: Region, difference: np.ndarray) -> None:
    """Sets the cost of the pixels that an object's shape covers, in place."""
    top, left = moved.top - region.top, moved.left - region.left
    y0, x0 = max(0, top), max(0, left)
    y1 = min(cost.shape[0], top + moved.mask.shape[0])
    x1 = min(cost.shape[1], left + moved.mask.shape[1])
    if y1 <= y0 or x1 <= x0:
        return
    inner = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    covered = moved.mask[inner]
    cost[y0:y1, x0:x1][covered] = difference[inner][covered]

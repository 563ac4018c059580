"""Connected regions of a picture that differ from its background."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Region:
    """A piece of a picture.

    Attributes:
        left: Of its box, pixels.
        top: Of its box, pixels.
        mask: (h, w) bool, within its box.
    """

    left: int
    top: int
    mask: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """(width, height), pixels."""
        return np.array(self.mask.shape[::-1], np.float64)

    @property
    def centre(self) -> np.ndarray:
        """(x, y) of the box, pixels."""
        return np.array([self.left, self.top]) + self.size / 2

    @property
    def area(self) -> int:
        """Pixels."""
        return int(self.mask.sum())

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of its box."""
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def is_near_border(self, size: tuple[int, int], margin: int) -> bool:
        """Whether it goes to the border of a picture of (height, width), or so many pixels near."""
        (top, bottom), (left, right) = ((part.start, part.stop) for part in self.window)
        near_start = min(top, left) <= margin
        return near_start or bottom >= size[0] - margin or right >= size[1] - margin

    def moved_to(self, centre: np.ndarray) -> 'Region':
        """The same shape elsewhere."""
        left, top = np.round(centre - self.size / 2).astype(int)
        return Region(int(left), int(top), self.mask)

    def overlap(self, other: 'Region') -> int:
        """Pixels that both hold."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = min(self.left + self.mask.shape[1], other.left + other.mask.shape[1])
        bottom = min(self.top + self.mask.shape[0], other.top + other.mask.shape[0])
        if right <= left or bottom <= top:
            return 0
        parts = [
            region.mask[
                top - region.top : bottom - region.top, left - region.left : right - region.left
            ]
            for region in (self, other)
        ]
        return int((parts[0] & parts[1]).sum())

    def united(self, other: 'Region') -> 'Region':
        """Both as one."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.mask.shape[1], other.left + other.mask.shape[1])
        bottom = max(self.top + self.mask.shape[0], other.top + other.mask.shape[0])
        mask = np.zeros((bottom - top, right - left), bool)
        for region in (self, other):
            y, x = region.top - top, region.left - left
            mask[y : y + region.mask.shape[0], x : x + region.mask.shape[1]] |= region.mask
        return Region(left, top, mask)

    def part(self, mask: np.ndarray) -> 'Region | None':
        """Those of its pixels that ``mask`` (h, w) holds too, None if there are none."""
        kept = self.mask & mask
        rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
        if not len(rows):
            return None
        y, x = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return Region(self.left + int(columns[0]), self.top + int(rows[0]), kept[y, x])


def regions_of(mask: np.ndarray, sure: np.ndarray, smallest: int) -> list[Region]:
    """The connected regions that hold something sure.

    Args:
        mask: (H, W) bool.
        sure: (H, W) bool, where the difference is beyond doubt.
        smallest: Pixels that a region has at least.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    sure_pixels = np.bincount(labels[sure], minlength=count)
    found = []
    for label in range(1, count):
        left, top, width, height, area = stats[label]
        if area < smallest or sure_pixels[label] < smallest / 4:
            continue
        piece = labels[top : top + height, left : left + width] == label
        found.append(Region(int(left), int(top), piece))
    return found

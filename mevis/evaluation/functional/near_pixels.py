"""How many pixels have one of a map within a radius: what a dilated map says, without dilating it.

A disk is a stack of runs, and a run is a few bits of a row: a look at a row is one operation on one
word of memory.
"""

from functools import lru_cache

import cv2
import numpy as np

Points = tuple[np.ndarray, np.ndarray]
"""Rows and columns of n pixels, each (n,) int."""

_STEP, _REACH = 16, 48
"""Words of 64 bits begin at every 16th column, so 48 bits from any column on are in one word."""


def count_near(points: Points, others: np.ndarray, radius: int) -> int:
    """How many of n pixels have a pixel of a map at a distance of at most the radius.

    Args:
        points: Inside the map.
        others: (H, W) bool.
        radius: Pixels, at least 0.
    """
    # Outlines are a few pixels of many.  Of noise, the whole map is dilated faster.
    if len(points[0]) * (2 * radius + 1) * 2 > others.size:
        return _count_by_dilation(points, others, radius)
    return _count_by_words(points, others, radius)


def _count_by_dilation(points: Points, others: np.ndarray, radius: int) -> int:
    dilated = cv2.dilate(np.ascontiguousarray(others).view(np.uint8), disk(radius))
    return int(np.count_nonzero(dilated[points]))


def _count_by_words(points: Points, others: np.ndarray, radius: int) -> int:
    """Most pixels find one in their own row; the other rows are looked up for the rest."""
    words = _overlapping_words(others, radius)
    rows, columns = points
    count = 0
    for lines in _turns(radius):
        near = _any_bit(words, rows, columns, lines, radius)
        count += int(np.count_nonzero(near))
        rows, columns = rows[~near], columns[~near]
    return count


def _overlapping_words(pixels: np.ndarray, radius: int) -> np.ndarray:
    """(H + 2r, J) uint64: word j of a row has its 64 pixels from column 16 j - r on."""
    height, width = pixels.shape
    columns = -(-(width + 2 * radius + 64) // _STEP) * _STEP
    padded = np.zeros((height + 2 * radius, columns), bool)
    padded[radius : radius + height, radius : radius + width] = pixels
    packed = np.packbits(padded, axis=1, bitorder='little')
    # A word begins at every second byte.
    shape, strides = (len(packed), packed.shape[1] // 2 - 3), (packed.shape[1], 2)
    return np.ndarray(shape, '<u8', packed, strides=strides).astype(np.uint64)


def _any_bit(
    words: np.ndarray, rows: np.ndarray, columns: np.ndarray, lines: np.ndarray, radius: int
) -> np.ndarray:
    """Whether the given lines of the disk around each of n pixels hold a pixel; (n,) bool."""
    flat, per_row = words.ravel(), words.shape[1]
    quotient, moved = columns // _STEP, columns % _STEP
    # Lines first: an operation then runs over n numbers in a row.
    word = rows * per_row + quotient + (lines * per_row)[:, None]
    found = np.zeros(len(rows), np.uint64)
    for part, runs in enumerate(_disk_runs(radius)):
        bits = flat.take(word + part * (_REACH // _STEP))
        bits &= runs[lines].take(moved, axis=1)
        found |= np.bitwise_or.reduce(bits, 0)
    return found != 0


@lru_cache(maxsize=32)
def _turns(radius: int) -> tuple[np.ndarray, ...]:
    """Lines of the disk, in the order in which they are looked up."""
    lines = np.arange(2 * radius + 1)
    apart = np.abs(lines - radius)
    half = (radius + 1) // 2
    turns = (lines[apart == 0], lines[apart == half], lines[(apart != 0) & (apart != half)])
    return tuple(turn for turn in turns if len(turn))


@lru_cache(maxsize=32)
def _disk_runs(radius: int) -> np.ndarray:
    """(P, 2r + 1, 16) uint64: 48 columns of each line of the disk, moved by 0 to 15 bits."""
    width = 2 * radius + 1
    runs = np.zeros((-(-width // _REACH), width, _STEP), np.uint64)
    for line, column in zip(*np.nonzero(disk(radius)), strict=True):
        part, bit = divmod(int(column), _REACH)
        for moved in range(_STEP):
            runs[part, line, moved] |= np.uint64(1 << (bit + moved))
    return runs


@lru_cache(maxsize=32)
def disk(radius: int) -> np.ndarray:
    """(2r + 1, 2r + 1) uint8, 1 at a distance of at most the radius."""
    offset = np.arange(-radius, radius + 1)
    return (offset[:, None] ** 2 + offset**2 <= radius**2).astype(np.uint8)

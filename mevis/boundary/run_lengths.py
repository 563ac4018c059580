"""How many pixels the runs of a COCO RLE cover."""

from collections.abc import Sequence

import numpy as np

_MOST_GROUPS = 7
"""Of five bits each: a longer run fits no 32-bit number."""


def rle_num_pixels(counts: bytes | np.ndarray) -> int:
    """Sums the runs; a sound RLE covers height times width pixels.

    Args:
        counts: Compressed counts, as bytes or uint8 array.

    Returns:
        Number of pixels; -1 if the last run is cut off, a character is out of range or a run is
        below 0.
    """
    return int(rles_num_pixels([counts])[0])


def rles_num_pixels(counts: Sequence[bytes | np.ndarray]) -> np.ndarray:
    """:func:`rle_num_pixels` of many RLEs at once.

    A run is written as groups of five bits, lowest first, in characters from '0'; bit 6 says that
    more follow, the top bit of the last group is the sign.  From the fourth run on, the difference
    to the run before the last is written.

    Args:
        counts: Compressed counts of n RLEs.

    Returns:
        (n,) int64.
    """
    pixels = np.full(len(counts), -1, np.int64)
    filled = [index for index, text in enumerate(counts) if len(text)]
    if not filled:
        return pixels
    codes = np.frombuffer(b''.join(counts[index] for index in filled), np.uint8)
    groups = codes.astype(np.int64) - 48
    ends = np.cumsum([len(counts[index]) for index in filled])
    starts = np.concatenate(([0], ends[:-1]))
    is_last = (groups & 32) == 0
    is_cut = ~is_last[ends - 1]
    # A run that is cut off must not continue in the next RLE.
    is_last[ends - 1] = True
    lasts = np.flatnonzero(is_last)
    firsts = np.concatenate(([0], lasts[:-1] + 1))
    lengths = lasts - firsts + 1
    place = np.arange(len(groups)) - np.repeat(firsts, lengths)
    runs = np.add.reduceat((groups & 31) << np.minimum(5 * place, 60), firsts)
    runs -= np.where(groups[lasts] & 16, 1 << np.minimum(5 * lengths, 62), 0)
    first_runs = np.searchsorted(firsts, starts)
    lengths_of_runs = _undo_differences(runs, first_runs)
    sums = np.add.reduceat(lengths_of_runs, first_runs)
    too_long = np.maximum.reduceat(lengths, first_runs) > _MOST_GROUPS
    negative = np.minimum.reduceat(lengths_of_runs, first_runs) < 0
    strange = np.maximum.reduceat((groups < 0) | (groups > 63), starts)
    pixels[filled] = np.where(is_cut | too_long | strange | negative, -1, sums)
    return pixels


def _undo_differences(runs: np.ndarray, first_runs: np.ndarray) -> np.ndarray:
    """The lengths of the runs of RLEs that follow one another, of which the first begin there."""
    num_runs = np.diff([*first_runs, len(runs)])
    order = np.arange(len(runs)) - np.repeat(first_runs, num_runs)
    lengths = runs.copy()
    # Every second run is the sum of the differences so far, the first one left out.
    for chain in ((order & 1 == 1), (order & 1 == 0) & (order > 0)):
        sums = np.cumsum(np.where(chain, runs, 0))
        before = np.repeat(np.concatenate(([0], sums))[first_runs], num_runs)
        lengths[chain] = (sums - before)[chain]
    return lengths

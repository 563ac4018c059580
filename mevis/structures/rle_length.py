"""How many pixels the runs of a COCO RLE cover."""

import numpy as np


def rle_num_pixels(counts: bytes | np.ndarray) -> int:
    """Sums the runs; a sound RLE covers height times width pixels.

    A run is written as groups of five bits, lowest first, in characters from '0'; bit 6 says that
    more follow, the top bit of the last group is the sign.  From the fourth run on, the difference
    to the run before the last is written.

    Args:
        counts: Compressed counts, as bytes or uint8 array.

    Returns:
        Number of pixels; -1 if the last run is cut off or a character is out of range.
    """
    codes = np.frombuffer(counts, np.uint8) if isinstance(counts, bytes) else counts
    groups = codes.astype(np.int64) - 48
    if not len(groups) or groups.min() < 0 or groups.max() > 63 or groups[-1] & 32:
        return -1
    is_last = (groups & 32) == 0
    lasts = np.flatnonzero(is_last)
    firsts = np.concatenate(([0], lasts[:-1] + 1))
    lengths = lasts - firsts + 1
    if lengths.max() > 12:
        return -1
    place = np.arange(len(groups)) - np.repeat(firsts, lengths)
    runs = np.add.reduceat((groups & 31) << (5 * place), firsts)
    runs = runs - np.where(groups[lasts] & 16, 1 << (5 * lengths), 0)
    return int(runs[0] + np.cumsum(runs[1::2]).sum() + np.cumsum(runs[2::2]).sum())

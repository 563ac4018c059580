"""Masks from outside: COCO RLEs become trusted ones before anything decodes them.

pycocotools fills a mask whose runs end early with whatever lies in memory, so the sum of the runs
is compared with the size of the picture first.  What is trusted has a size of two positive whole
numbers and compressed counts as text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mevis.boundary.pictures import max_pixels
from mevis.boundary.run_lengths import rles_num_pixels
from mevis.errors import UserError

Rle = dict[str, Any]
_FORM = '{"size": [height, width], "counts": text or list of runs}'


def check_track(track: Any, size: Sequence[int], num_frames: int, place: str) -> None:
    """Checks that a track is one whole compressed RLE of the right size, or null, per frame.

    Args:
        track: What the file holds.
        size: (H, W) that every mask must have.
        num_frames: Entries that there must be.
        place: File and entry, for messages.

    Raises:
        UserError: Names the frame, counted from 0.
    """
    if not isinstance(track, list):
        raise UserError(f'{place}: must be a list of one RLE or null per frame.')
    if len(track) != num_frames:
        raise UserError(f'{place}: {len(track)} masks, but the video has {num_frames} frames.')
    present = [frame for frame, rle in enumerate(track) if rle is not None]
    for frame in present:
        here = f'{place}, frame {frame}'
        check_size(rle_size(track[frame], here), size, here)
        if not isinstance(track[frame]['counts'], str):
            raise UserError(f'{here}: the counts of the RLE must be compressed, as text.')
    _check_sums([track[frame] for frame in present], place, present)


def trusted_track(
    track: Any, place: str, num_frames: int, size: Sequence[int] | None = None
) -> list[Rle | None]:
    """A track of compressed or uncompressed RLEs as compressed ones.

    Args:
        track: What the file holds.
        place: File and entry, for messages.
        num_frames: Entries that there must be.
        size: (H, W) that every mask must have;
            the same as the first if None.

    Raises:
        UserError: Names the frame, counted from 0, and what is wrong with its mask.
    """
    if not isinstance(track, list):
        raise UserError(f'{place}: must be a list of one RLE or null per frame.')
    rles: list[Rle | None] = []
    for frame, rle in enumerate(track):
        here = f'{place}, frame {frame}'
        rles.append(None if rle is None else compressed(rle, here))
        if rles[-1] is not None:
            size = size or rles[-1]['size']
            check_size(rles[-1]['size'], size, here)
    check_track(rles, size or (), num_frames, place)
    return rles


def compressed(rle: Any, place: str) -> Rle:
    """An RLE whose counts are text; only those that were a list are checked to the last run.

    Raises:
        UserError: If it has not the form of an RLE, or its runs do not fill the picture.
    """
    height, width = rle_size(rle, place)
    counts = rle['counts']
    if isinstance(counts, list):
        # A list of numbers takes ten times the memory of text.
        if not all(type(run) is int and run >= 0 for run in counts) or (
            sum(counts) != height * width
        ):
            raise UserError(_wrong_sum(place, (height, width)))
        counts = coco_mask.frPyObjects({'size': [height, width], 'counts': counts}, height, width)
        counts = counts['counts'].decode('ascii')
    if not counts.isascii():
        raise UserError(f'{place}: the counts of an RLE are ASCII text.')
    return {'size': [height, width], 'counts': counts}


def rle_size(rle: Any, place: str) -> tuple[int, int]:
    """(H, W) of what has the form of an RLE.

    Raises:
        UserError: If it has another form, or the size is none of a picture.
    """
    if not isinstance(rle, Mapping) or not isinstance(rle.get('counts'), (str, list)):
        found = 'polygons, where' if isinstance(rle, list) else 'no RLE:'
        raise UserError(f'{place}: {found} {_FORM} is expected.')
    size = rle.get('size')
    if (
        not isinstance(size, (list, tuple))
        or len(size) != 2
        or not all(type(side) is int and side > 0 for side in size)
    ):
        raise UserError(f'{place}: size must be [height, width] in pixels, not {size!r:.60}.')
    if size[0] * size[1] > max_pixels():
        raise UserError(
            f'{place}: a mask of {size[0]}x{size[1]} pixels is larger than an image may be.'
        )
    return size[0], size[1]


def check_size(found: Sequence[int], size: Sequence[int], place: str) -> None:
    """Refuses a mask of another size than the video's.

    Raises:
        UserError: Names both.
    """
    if tuple(found) != tuple(size):
        raise UserError(
            f'{place}: the mask is of size {tuple(found)} (height, width), the video of size'
            f' {tuple(size)}.'
        )


def check_runs(rles: Sequence[Mapping[str, Any]], place: str) -> None:
    """Refuses RLEs whose runs do not fill their size; all at once, which is fast.

    Args:
        rles: With compressed counts.
        place: File and entry, for messages.

    Raises:
        UserError: Names the size of the first one.
    """
    _check_sums(rles, place, None)


def _check_sums(
    rles: Sequence[Mapping[str, Any]], place: str, frames: Sequence[int] | None
) -> None:
    if not rles:
        return
    # Bytes of letters that are none of ASCII are none of a run.
    counts = [
        runs.encode(errors='surrogatepass') if isinstance(runs := rle['counts'], str) else runs
        for rle in rles
    ]
    wanted = np.asarray([rle['size'][0] * rle['size'][1] for rle in rles])
    wrong = np.flatnonzero(rles_num_pixels(counts) != wanted)
    if len(wrong):
        here = place if frames is None else f'{place}, frame {frames[wrong[0]]}'
        raise UserError(_wrong_sum(here, rles[wrong[0]]['size']))


def _wrong_sum(place: str, size: Sequence[int]) -> str:
    return (
        f'{place}: the runs of the RLE do not add up to its size, {size[0]}x{size[1]}. Make the'
        ' file again.'
    )

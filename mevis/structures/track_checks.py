"""Checks the masks of a track from a file before anything decodes them."""

from collections.abc import Sequence
from typing import Any

from mevis.errors import UserError
from mevis.structures.rle_length import rles_num_pixels


def check_track(track: Any, size: Sequence[int], num_frames: int, place: str) -> None:
    """Checks that a track is one whole RLE of the right size, or null, per frame.

    pycocotools fills a mask whose runs end early with whatever lies in memory.

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
    counts = [_counts(track[frame], size, f'{place}, frame {frame}') for frame in present]
    covered = rles_num_pixels(counts)
    for frame, pixels in zip(present, covered, strict=True):
        if pixels != size[0] * size[1]:
            raise UserError(
                f'{place}, frame {frame}: the runs of the RLE do not add up to its size,'
                f' {size[0]}x{size[1]}. Make the file again.'
            )


def _counts(rle: Any, size: Sequence[int], place: str) -> bytes:
    try:
        found, counts = [int(side) for side in rle['size']], rle['counts'].encode('ascii')
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f'{place}: not a compressed COCO RLE {{"size": [height, width], "counts": text}}.'
        ) from error
    if found != list(size):
        raise UserError(
            f'{place}: the mask is of size {tuple(found)} (height, width), the video of size'
            f' {tuple(size)}.'
        )
    return counts

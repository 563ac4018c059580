"""The file form of a mask store: all run lengths in one buffer, with tables of ends and sizes."""

import json
import zlib
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from mevis.boundary.collection import no_garbage
from mevis.boundary.formats import MaskTrack
from mevis.boundary.pictures import max_pixels
from mevis.boundary.rle import trusted_track
from mevis.errors import UserError
from mevis.structures.json_stream import iterate_json_object

ABSENT = -1
"""Height and width of a frame without the object."""

_NO_MASK = (ABSENT, ABSENT)
_MAGIC = b'mevismask2\n'
_SUM_BYTES = 4
_PART = 1 << 20
_LENGTH_BYTES = 8


def write_mask_table(path: Path, file: BinaryIO, fingerprint: dict[str, Any]) -> None:
    """Streams a ``mask_dict.json`` into the compact form; holds one object's masks at a time.

    Args:
        path: The annotation file.
        file: Where magic, run lengths, tables, header and the CRC-32 of all that go.
        fingerprint: Kept in the header, says what the table was made of.

    Raises:
        UserError: If the annotation file is malformed.
    """
    rows: dict[str, tuple[int, int]] = {}
    file = _Summing(file)
    ends: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    file.write(_MAGIC)
    num_bytes = num_masks = 0
    with no_garbage():
        for anno_id, track, count in iterate_json_object(path):
            counts, track_sizes, was_compressed = _pack_track(path, anno_id, track)
            num_present = int((track_sizes[:, 0] != ABSENT).sum())
            # Quotes are fast to count: a mask has two keys and a text at least, which hold none.
            if not was_compressed or count('"') != 6 * num_present:
                _check_keys(path, anno_id, num_present, count)
            file.write(b''.join(counts))
            track_ends = num_bytes + np.cumsum([len(count) for count in counts], dtype=np.int64)
            ends.append(track_ends)
            sizes.append(track_sizes)
            rows[anno_id] = (num_masks, len(track))
            num_bytes = int(track_ends[-1]) if len(track_ends) else num_bytes
            num_masks += len(track)
    file.write(bytes(-(len(_MAGIC) + num_bytes) % 8))
    file.write(np.concatenate([*ends, np.zeros(0, np.int64)]).tobytes())
    file.write(np.concatenate([*sizes, np.zeros((0, 2), np.int32)]).tobytes())
    header = {
        'fingerprint': fingerprint,
        'rows': rows,
        'num_bytes': num_bytes,
        'num_masks': num_masks,
    }
    encoded = json.dumps(header).encode()
    file.write(encoded + len(encoded).to_bytes(_LENGTH_BYTES, 'little'))
    file.write(file.sum.to_bytes(_SUM_BYTES, 'little'))


class _Summing:
    """Writes, and sums what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sum = file, 0

    def write(self, data: bytes) -> None:
        self.sum = zlib.crc32(data, self.sum)
        self._file.write(data)


def _check_keys(path: Path, anno_id: str, num_masks: int, count: Callable[[str], int]) -> None:
    """Refuses masks that have a key twice, of which the parser keeps the last."""
    num_sizes, num_counts = count('"size"'), count('"counts"')
    if not num_sizes == num_counts == num_masks:
        raise UserError(
            f'{path}: anno_id {anno_id}: {num_masks} masks, but {num_sizes} times "size"'
            f' and {num_counts} times "counts". Download or generate the file again.'
        )


def _pack_track(path: Path, anno_id: str, track: Any) -> tuple[list[bytes], np.ndarray, bool]:
    """Run lengths of a track, (height, width) of each, (n, 2) int32, and if all were compressed."""
    if not isinstance(track, list):
        raise UserError(
            f'{path}: anno_id {anno_id} must hold a list with one RLE or null per frame,'
            f' not {type(track).__name__}.'
        )
    was_compressed = True
    try:
        rles = msgspec.convert(track, MaskTrack)
        counts = [b'' if rle is None else rle.counts.encode('ascii') for rle in rles]
    except (msgspec.ValidationError, AttributeError, UnicodeEncodeError):
        was_compressed = False
        # Uncompressed, which is slower; or wrong, of which this says the frame.
        place = f'{path}: anno_id {anno_id}'
        rles = msgspec.convert(trusted_track(track, place, len(track)), MaskTrack)
        counts = [b'' if rle is None else rle.counts.encode('ascii') for rle in rles]
    shapes = [_NO_MASK if rle is None else rle.size for rle in rles]
    for height, width in set(shapes):
        if height * width > max_pixels():
            raise UserError(
                f'{path}: anno_id {anno_id}, frame {shapes.index((height, width))}: a mask of'
                f' {height}x{width} pixels is larger than a picture.'
            )
    sizes = np.fromiter(chain.from_iterable(shapes), np.int32, 2 * len(shapes))
    return counts, sizes.reshape(-1, 2), was_compressed


def is_mask_table(path: Path) -> bool:
    """Whether a file has the sum that was written with it; reads all of it, a part at a time."""
    left = path.stat().st_size - _SUM_BYTES
    if left < len(_MAGIC) + _LENGTH_BYTES:
        return False
    total = 0
    with path.open('rb', buffering=0) as file:
        part = bytearray(_PART)
        while left and (length := file.readinto(memoryview(part)[: min(left, _PART)])):
            total = zlib.crc32(memoryview(part)[:length], total)
            left -= length
        return file.read() == total.to_bytes(_SUM_BYTES, 'little')


def parse_mask_table(data: np.ndarray) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Views on the parts of the compact form; copies nothing.

    Returns:
        The header (``fingerprint``; ``rows``: annotation id -> first entry, number of entries) and
        the arrays ``counts`` (uint8), ``ends`` (M,) int64 and ``sizes`` (M, 2) int32.

    Raises:
        ValueError: If the data is no mask table.
    """
    if data[: len(_MAGIC)].tobytes() != _MAGIC:
        raise ValueError('not a mask cache')
    end = len(data) - _SUM_BYTES - _LENGTH_BYTES
    header_size = int.from_bytes(data[end : end + _LENGTH_BYTES].tobytes(), 'little')
    header = json.loads(data[end - header_size : end].tobytes())
    num_bytes, num_masks = header['num_bytes'], header['num_masks']
    start = len(_MAGIC)
    tables = start + num_bytes + (-(start + num_bytes) % 8)
    middle = tables + 8 * num_masks
    arrays = {
        'counts': data[start : start + num_bytes],
        'ends': data[tables:middle].view(np.int64),
        'sizes': data[middle : middle + 8 * num_masks].view(np.int32).reshape(-1, 2),
    }
    return header, arrays

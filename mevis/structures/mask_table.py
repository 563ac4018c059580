"""The file form of a mask store: all run lengths in one buffer, with tables of ends and sizes."""

import json
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from mevis.boundary.formats import MaskTrack, Rle
from mevis.boundary.pictures import max_pixels
from mevis.boundary.rle import trusted_track
from mevis.errors import UserError
from mevis.structures.json_stream import iterate_json_object

ABSENT = -1
"""Height and width of a frame without the object."""

_MAGIC = b'mevismask2\n'
_SUM_BYTES = 4
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
    for anno_id, track, num_keys in iterate_json_object(path, counted=('"size"', '"counts"')):
        counts, track_sizes = _pack_track(path, anno_id, track)
        if set(num_keys) != {num_present := sum(size[0] != ABSENT for size in track_sizes)}:
            raise UserError(
                f'{path}: anno_id {anno_id}: {num_present} masks, but {num_keys[0]} times "size"'
                f' and {num_keys[1]} times "counts". Download or generate the file again.'
            )
        file.write(b''.join(counts))
        track_ends = num_bytes + np.cumsum([len(count) for count in counts], dtype=np.int64)
        ends.append(track_ends)
        sizes.append(np.asarray(track_sizes, np.int32).reshape(-1, 2))
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


def _pack_track(path: Path, anno_id: str, track: Any) -> tuple[list[bytes], list[tuple[int, int]]]:
    if not isinstance(track, list):
        raise UserError(
            f'{path}: anno_id {anno_id} must hold a list with one RLE or null per frame,'
            f' not {type(track).__name__}.'
        )
    try:
        rles = msgspec.convert(track, MaskTrack)
    except msgspec.ValidationError:
        rles = None
    if rles is None or not all(rle is None or _is_compressed(rle) for rle in rles):
        # Slower; says which frame is wrong.
        place = f'{path}: anno_id {anno_id}'
        rles = msgspec.convert(trusted_track(track, place, len(track)), MaskTrack)
    counts = [b'' if rle is None else rle.counts.encode() for rle in rles]
    sizes = [(ABSENT, ABSENT) if rle is None else rle.size for rle in rles]
    most = max_pixels()
    for frame, (height, width) in enumerate(sizes):
        if height * width > most:
            raise UserError(
                f'{path}: anno_id {anno_id}, frame {frame}: a mask of {height}x{width} pixels is'
                ' larger than a picture.'
            )
    return counts, sizes


def _is_compressed(rle: Rle) -> bool:
    return isinstance(rle.counts, str) and rle.counts.isascii()


def parse_mask_table(
    data: np.ndarray, check: bool = False
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Views on the parts of the compact form; copies nothing.

    Args:
        data: Bytes of the form.
        check: Compare with its CRC-32, which reads all of it.

    Returns:
        The header (``fingerprint``; ``rows``: annotation id -> first entry, number of entries) and
        the arrays ``counts`` (uint8), ``ends`` (M,) int64 and ``sizes`` (M, 2) int32.

    Raises:
        ValueError: If the data is no mask table, or not what was written.
    """
    shortest = len(_MAGIC) + _LENGTH_BYTES + _SUM_BYTES
    if data[: len(_MAGIC)].tobytes() != _MAGIC or len(data) < shortest:
        raise ValueError('not a mask cache')
    summed, total = data[:-_SUM_BYTES], data[-_SUM_BYTES:].tobytes()
    if check and zlib.crc32(summed) != int.from_bytes(total, 'little'):
        raise ValueError('the mask cache has changed')
    end = len(summed) - _LENGTH_BYTES
    header_size = int.from_bytes(summed[end:].tobytes(), 'little')
    header = json.loads(summed[end - header_size : end].tobytes())
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

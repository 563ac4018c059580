"""Annotated masks of a whole split, compact and shared by all processes."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from mevis.boundary.run_lengths import rles_num_pixels
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_path
from mevis.structures.mask_rle import merge_rles
from mevis.structures.mask_table import (
    ABSENT,
    is_mask_table,
    parse_mask_table,
    write_mask_table,
)


class MaskStore:
    """The masks of a ``mask_dict.json``: (annotation id, frame) -> COCO RLE.

    Hundreds of thousands of RLEs as Python objects cost gigabytes, and each worker would get its
    own copy as reference counts are touched.  Here all run lengths lie in one byte buffer with an
    offset table.  The buffer is a memory-mapped cache file that all processes share, however they
    were started; where no cache file can be written it is an array, which forked workers share.

    Use :meth:`open` to get one.
    """

    def __init__(self, name: str, rows: dict[str, tuple[int, int]], arrays: dict[str, np.ndarray]):
        self.name = name
        self._rows = rows
        self._ends = arrays['ends']
        self._sizes = arrays['sizes']
        self._counts = arrays['counts']
        self.cache_file: Path | None = None

    @classmethod
    def open(
        cls, path: str | Path, cache_dir: str | Path | None = None, min_cache_bytes: int = 1 << 24
    ) -> 'MaskStore':
        """Opens the masks of an annotation file.

        Args:
            path: ``mask_dict.json``.
            cache_dir: Folder of the cache file; by default ``$MEVIS_CACHE_DIR``, the user's cache
                folder or, where that cannot be written, the temporary folder.
            min_cache_bytes: Smaller annotation files are read without a cache file.

        Raises:
            UserError: If the file is missing or malformed; names the file, the key and the fix.
        """
        path = Path(path)
        if not path.is_file():
            raise UserError(
                f'{path}: no such file. It holds the masks of the split (mask_dict.json).'
            )
        if path.stat().st_size < min_cache_bytes:
            return cls._in_memory(path)
        fingerprint = _fingerprint(path)
        name = f'masks-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:20]}.bin'
        folders = [Path(cache_dir)] if cache_dir else _cache_folders()
        for folder in folders:
            store = cls._map(folder / name, fingerprint)
            if store is not None:
                return store
        for folder in folders:
            try:
                with atomic_path(folder / name) as temporary, temporary.open('wb') as file:
                    write_mask_table(path, file, fingerprint)
            except OSError:  # a read-only or full folder: try the next one
                continue
            store = cls._map(folder / name, fingerprint, check=False)
            if store is not None:
                return store
        return cls._in_memory(path)

    @classmethod
    def _in_memory(cls, path: Path) -> 'MaskStore':
        stream = io.BytesIO()
        write_mask_table(path, stream, {'source': str(path)})
        header, arrays = parse_mask_table(np.frombuffer(stream.getbuffer(), np.uint8))
        return cls(str(path), {key: tuple(row) for key, row in header['rows'].items()}, arrays)

    @classmethod
    def _map(
        cls, cache_file: Path, fingerprint: dict[str, Any], check: bool = True
    ) -> 'MaskStore | None':
        try:
            if check and not is_mask_table(cache_file):
                return None
            header, arrays = parse_mask_table(np.memmap(cache_file, np.uint8, 'r'))
        except (OSError, ValueError):  # absent, changed, or not written by mevis: written again
            return None
        if header['fingerprint'] != fingerprint:
            return None
        rows = {key: tuple(row) for key, row in header['rows'].items()}
        store = cls(fingerprint['source'], rows, arrays)
        store.cache_file = cache_file
        return store

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        if self.cache_file is not None:  # a spawned worker maps the file instead of copying it
            for key in ('_ends', '_sizes', '_counts'):
                del state[key]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.cache_file is not None:
            _, arrays = parse_mask_table(np.memmap(self.cache_file, np.uint8, 'r'))
            self._ends, self._sizes, self._counts = (
                arrays[key] for key in ('ends', 'sizes', 'counts')
            )

    def __contains__(self, anno_id: int | str) -> bool:
        return str(anno_id) in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def num_masks(self) -> int:
        """Masks that are not null."""
        return int((self._sizes[:, 0] != ABSENT).sum())

    @property
    def num_bytes(self) -> int:
        """Size of the compact form."""
        return sum(array.nbytes for array in (self._ends, self._sizes, self._counts))

    def num_frames(self, anno_id: int | str) -> int:
        """Frames of the object's video, those without the object included."""
        return self._row(anno_id)[1]

    def check_length(self, anno_id: int | str, video: str, num_frames: int) -> None:
        """Refuses an object that has not one entry per frame of its video.

        Raises:
            UserError: Names the object and both numbers.
        """
        entries = self.num_frames(anno_id)
        if entries != num_frames:
            raise UserError(
                f'{self.name}: anno_id {anno_id} has {entries} entries, but its video {video} has'
                f' {num_frames} frames. Use the meta_expressions.json and mask_dict.json of one'
                ' release.'
            )

    def rle(self, anno_id: int | str, frame: int) -> dict[str, Any] | None:
        """The RLE of an object in one frame; None where it is absent.

        Raises:
            UserError: If there is no such object or frame, or the RLE is broken.
        """
        return self.track(anno_id, [frame])[0]

    def sizes(self, anno_id: int | str) -> np.ndarray:
        """(height, width) of each entry of an object, (-1, -1) where it is absent; (n, 2) int32."""
        first, num_frames = self._row(anno_id)
        return np.asarray(self._sizes[first : first + num_frames])

    def track(
        self, anno_id: int | str, frames: Iterable[int] | None = None
    ) -> list[dict[str, Any] | None]:
        """The RLEs of an object in some frames, by default in all; None where it is absent.

        Raises:
            UserError: If there is no such object or frame, or an RLE is broken.
        """
        first, num_frames = self._row(anno_id)
        chosen = list(range(num_frames) if frames is None else frames)
        outside = [frame for frame in chosen if not 0 <= frame < num_frames]
        if outside:
            raise UserError(
                f'{self.name}: anno_id {anno_id} has {num_frames} entries, frame {outside[0]} is'
                ' asked for. It needs one entry (RLE or null) per frame of its video.'
            )
        sizes = self._sizes[first : first + num_frames][chosen].astype(np.int64)
        present = np.flatnonzero(sizes[:, 0] != ABSENT).tolist()
        counts = [self._runs(first + chosen[index]) for index in present]
        # pycocotools fills a mask whose runs end early with whatever lies in memory.
        wrong = np.flatnonzero(rles_num_pixels(counts) != sizes[present].prod(1))
        if len(wrong):
            index = present[wrong[0]]
            height, width = sizes[index].tolist()
            raise UserError(
                f'{self.name}: anno_id {anno_id}, frame {chosen[index]}: the runs of the RLE do not'
                f' add up to its size, {height}x{width}. Download or generate the file again.'
            )
        rles: list[dict[str, Any] | None] = [None] * len(chosen)
        for index, runs in zip(present, counts, strict=True):
            size = sizes[index].tolist()
            rles[index] = {'size': size, 'counts': runs.tobytes().decode('ascii')}
        return rles

    def _runs(self, entry: int) -> np.ndarray:
        """The compressed counts of an entry, uint8."""
        begin = int(self._ends[entry - 1]) if entry else 0
        return self._counts[begin : int(self._ends[entry])]

    def union(
        self, anno_ids: Sequence[int | str], frames: Sequence[int]
    ) -> list[dict[str, Any] | None]:
        """The union of several objects, frame by frame; all None without any object.

        Raises:
            UserError: If the objects' masks differ in size or one is missing.
        """
        tracks = [self.track(anno_id, frames) for anno_id in anno_ids]
        sizes = {tuple(rle['size']) for track in tracks for rle in track if rle is not None}
        if not sizes:
            return [None] * len(frames)
        name = f'{self.name}: anno_id {", ".join(map(str, anno_ids))}'
        if len(tracks) == 1:
            return tracks[0]
        try:
            return merge_rles(tracks, next(iter(sizes)), name)  # type: ignore[arg-type]
        except ValueError as error:
            raise UserError(f'{error} Run tools/check_dataset.py for a list.') from error

    def _row(self, anno_id: int | str) -> tuple[int, int]:
        row = self._rows.get(str(anno_id))
        if row is None:
            raise UserError(
                f'{self.name}: no masks for anno_id {anno_id}, which an expression refers to.'
                ' Use the meta_expressions.json and mask_dict.json of one release.'
            )
        return row


def _cache_folders() -> list[Path]:
    explicit = os.environ.get('MEVIS_CACHE_DIR')
    if explicit:
        return [Path(explicit)]
    folders = [Path(tempfile.gettempdir()) / f'mevis-cache-{os.getuid()}']
    with suppress(RuntimeError):  # no home folder: of a container's user, as a rule
        user = os.environ.get('XDG_CACHE_HOME') or Path('~/.cache').expanduser()
        folders.insert(0, Path(user) / 'mevis')
    return folders


def _fingerprint(path: Path) -> dict[str, Any]:
    """What identifies the content of a large file without reading all of it."""
    stat = path.stat()
    with path.open('rb') as file:
        head = file.read(1 << 16)
        file.seek(max(0, stat.st_size - (1 << 16)))
        tail = file.read()
    digest = hashlib.sha256(head + tail).hexdigest()
    return {
        'source': str(path),
        'size': stat.st_size,
        'mtime_ns': stat.st_mtime_ns,
        'ends': digest,
    }

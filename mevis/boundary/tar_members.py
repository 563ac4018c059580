"""Files in a tar archive, read in place as if the archive were a folder.

``JPEGImages.tar/bird/00000.jpg`` names the member ``bird/00000.jpg`` of the archive.  Members lie
one after another, uncompressed, so each can be read by itself once it is known where it begins.
"""

import io
import os
import tarfile
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from mevis.boundary.files import regular_file
from mevis.boundary.names import is_litter
from mevis.boundary.video_frames import split_frame, stored_frame
from mevis.errors import UserError

_ENDING = '.tar'


class TarMembers:
    """Where the files of an archive begin.

    A leading folder of the archive's own name is left out: ``JPEGImages/bird/0.jpg`` of
    ``JPEGImages.tar`` is ``bird/0.jpg``, which is also what an archive made inside of the folder
    holds.  Of a name that comes twice the later one counts, as when it is unpacked.

    Args:
        path: The archive.

    Raises:
        UserError: If it is damaged, cut off, compressed or no tar archive.
        OSError: If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        try:
            with tarfile.open(regular_file(path), 'r:') as archive:
                for member in archive:
                    # Links and holes would need more than a place in the file.
                    if member.isreg() and not member.issparse():
                        self._add(member)
                    archive.members.clear()  # else each costs a kilobyte
                end = archive.offset
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise UserError(
                f'{path}: not a complete, uncompressed tar archive ({error}). Download it again, or'
                ' unpack it: the folder is read in its place.'
            ) from error
        self._check_end(end)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __len__(self) -> int:
        return len(self._places)

    def num_bytes(self, name: str) -> int:
        """Length of a file.

        Raises:
            FileNotFoundError: If the archive does not hold it.
        """
        return self._place(name)[1]

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileNotFoundError: If the archive does not hold it.
        """
        start, length = self._place(name)
        with self.path.open('rb') as file:
            file.seek(start)
            return file.read(length)

    def folder(self, name: str) -> list[str]:
        """Names of the files directly in a folder, sorted; none if there is no such folder."""
        before = f'{name}/'
        inside = (n.removeprefix(before) for n in self._places if n.startswith(before))
        return sorted(n for n in inside if '/' not in n)

    def top(self) -> list[str]:
        """Names of the files and folders on top, sorted."""
        return sorted({name.split('/')[0] for name in self._places})

    def _place(self, name: str) -> tuple[int, int]:
        if name not in self._places:
            raise FileNotFoundError(2, 'not in the archive', f'{self.path}/{name}')
        return self._places[name]

    def _add(self, member: tarfile.TarInfo) -> None:
        parts = [part for part in member.name.split('/') if part not in ('', '.')]
        if self.path.stem in parts[:-1]:
            parts = parts[parts.index(self.path.stem) + 1 :]
        if not any(map(is_litter, parts)):
            self._places['/'.join(parts)] = (member.offset_data, member.size)

    def _check_end(self, end: int) -> None:
        """Python's reader ends without a word at a damaged header, and at a missing one."""
        with self.path.open('rb') as file:
            file.seek(end)
            block = file.read(tarfile.BLOCKSIZE)
        if any(block) or end > self.path.stat().st_size:
            raise UserError(f'{self.path}: damaged at byte {end}. Download it again.')


def tar_members(path: str | Path) -> TarMembers:
    """The members of an archive; what a process has looked at once it knows.

    Raises:
        UserError: As :class:`TarMembers` does.
        OSError: If it cannot be read.
    """
    path = Path(path)
    state = path.stat()
    return _known(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=32)
def _known(path: Path, size: int, changed: int) -> TarMembers:
    return TarMembers(path)


def split_member(path: str | Path) -> tuple[Path, str] | None:
    """``JPEGImages.tar/bird/0.jpg`` -> archive and member; None if no part is an archive."""
    text = os.fspath(path)
    end = text.find(f'{_ENDING}/')
    while end >= 0:
        archive = Path(text[: end + len(_ENDING)])
        if archive.is_file():
            return archive, text[end + len(_ENDING) + 1 :]
        end = text.find(f'{_ENDING}/', end + 1)
    return None


def stored_bytes(path: str | Path) -> int:
    """Length of a file, on disk or in an archive; of a frame in a video file, as a picture.

    Raises:
        FileNotFoundError: If there is none.
        UserError: If the archive or the video file is damaged.
    """
    found = split_member(path)
    if found:
        return tar_members(found[0]).num_bytes(found[1])
    frame = split_frame(path)
    if frame:
        return len(stored_frame(*frame))
    return regular_file(path).stat().st_size


def open_stored(path: str | Path) -> BinaryIO:
    """Opens a file, on disk or in an archive, or a frame in a video file.

    Raises:
        FileNotFoundError: If there is none.
        UserError: If the archive or the video file is damaged.
    """
    found = split_member(path)
    if found:
        return io.BytesIO(tar_members(found[0]).read(found[1]))
    frame = split_frame(path)
    if frame:
        return io.BytesIO(stored_frame(*frame))
    return regular_file(path).open('rb')

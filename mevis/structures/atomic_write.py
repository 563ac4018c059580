"""Files that are either whole or absent, whenever the process is killed."""

import errno
import fcntl
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mevis.errors import UserError

_LONGEST_NAME = 255
_LISTED_FOR = 10.0
# Hidden files of a folder, and when it was looked at: a long run need not list it for each file.
_hidden: dict[Path, tuple[float, list[str]]] = {}


@contextmanager
def atomic_path(path: str | Path, durable: bool = True) -> Iterator[Path]:
    """Yields a temporary path beside ``path``, which replaces it if the block succeeds.

    A link stays one: the file that it names is replaced.  What an earlier process left that was
    killed while it wrote the same file is removed.

    Args:
        path: The file.
        durable: Wait until the content is on the disk, so that a machine that loses its power
            does not leave an empty file; not worth its time for a thousand small pictures.

    Raises:
        UserError: If ``path`` is something that is not to be replaced, such as a device.
        OSError: If the folder cannot be made or written; ``path`` is then untouched.
    """
    target = _target(path)
    with errors_naming(path, target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        # Only the start of the name, for a long one has no room for a dot and a random part.
        start = f'.{target.stem.encode(errors="ignore")[:40].decode(errors="ignore")}-'
        end = f'.part{target.suffix[-20:]}'
        _remove_leftovers(target.parent, start, end)
        handle, temporary = _own_file(target.parent, start, end)
    try:
        with errors_naming(path, temporary):
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            if durable:
                _sync(temporary)
            os.replace(temporary, target)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: str | Path, data: bytes, durable: bool = True) -> None:
    """Writes a file atomically."""
    with atomic_path(path, durable) as temporary:
        temporary.write_bytes(data)


def atomic_write_text(path: str | Path, text: str) -> None:
    """Writes a UTF-8 text file atomically."""
    atomic_write_bytes(path, text.encode('utf-8'))


def check_target(path: str | Path, inputs: Iterable[str | Path | None] = ()) -> None:
    """Finds out before the work whether its result can be written to a file.

    Args:
        path: The file.
        inputs: What the work reads, files and folders; None is nothing.

    Raises:
        UserError: If it is something that is not to be replaced: an input, a file in a folder
            that is an input, a device.
        OSError: If not; names the file.
    """
    target = _target(path)
    for read in filter(None, inputs):
        source = Path(os.path.realpath(read))
        if target == source or (target.exists() and source in target.parents):
            raise UserError(
                f'{path}: would replace what is read from {read}. Name another file for the result.'
            )
    with errors_naming(path, target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp('.part', '.probe-', target.parent)
        os.close(handle)
        os.unlink(name)


@contextmanager
def errors_naming(path: str | Path, temporary: Path | None = None) -> Iterator[None]:
    """Lets errors of the system name the file that a user knows.

    Args:
        path: That file.
        temporary: What stands for it; None: only errors that name nothing are completed.
    """
    try:
        yield
    except OSError as error:
        named = error.filename
        if named is None or (temporary is not None and _is_below(named, temporary)):
            _name(error, str(path))
        raise


def _name(error: OSError, path: str) -> None:
    try:
        error.filename, error.filename2 = path, None
    except AttributeError:  # errors of FFmpeg, whose names are fixed
        raise OSError(error.errno, error.strerror, path) from error


def _own_file(folder: Path, start: str, end: str) -> tuple[int, Path]:
    """A new file, locked to say that this process writes it; the lock ends with its process.

    Between its making and its locking another process may take it for a leftover.  That one
    removes under the lock; so whoever has the lock then sees whether the file is still there.
    """
    while True:
        handle, name = tempfile.mkstemp(end, start, folder)
        try:
            # Waits for a process that looks whether it is a leftover: an instant.
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # a file system without locks, where nobody can remove it either
            return handle, Path(name)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)


def _remove_if_abandoned(path: Path) -> None:
    """Removes a temporary file that no process writes any more."""
    with suppress(OSError), path.open('rb') as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            path.unlink()


def _target(path: str | Path) -> Path:
    """The file itself, behind all links."""
    target = Path(os.path.realpath(path))
    if len(os.fsencode(target.name)) > _LONGEST_NAME:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(path))
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return target
    except OSError as error:
        error.filename = str(path)
        raise
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise UserError(f'{path}: is a device or a pipe, which is not replaced; name a file.')
    return target


def _remove_leftovers(folder: Path, start: str, end: str) -> None:
    ours = re.compile(rf'{re.escape(start)}[a-z0-9_]{{8}}{re.escape(end)}')
    now = time.monotonic()
    listed_at, names = _hidden.get(folder, (-_LISTED_FOR, []))
    if now - listed_at >= _LISTED_FOR:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith('.')]
        _hidden[folder] = (now, names)
    for name in filter(ours.fullmatch, names):
        _remove_if_abandoned(folder / name)


def _sync(path: Path) -> None:
    with path.open('rb') as file:
        os.fsync(file.fileno())


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _is_below(path: object, folder: Path) -> bool:
    return isinstance(path, (str, os.PathLike)) and Path(path).is_relative_to(folder)
